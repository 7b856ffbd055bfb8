CREATE FUNCTION backwards(l int, r int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT btint4cmp(r, l)';
CREATE TABLE t (a int);
