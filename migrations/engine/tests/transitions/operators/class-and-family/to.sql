CREATE FUNCTION backwards(l int, r int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT btint4cmp(r, l)';
CREATE TABLE t (a int);
CREATE OPERATOR FAMILY down_ops USING btree;
CREATE OPERATOR CLASS down_int_ops FOR TYPE int USING btree FAMILY down_ops AS
    OPERATOR 1 >, OPERATOR 2 >=, OPERATOR 3 =, OPERATOR 4 <=, OPERATOR 5 <, FUNCTION 1 backwards (int, int);
CREATE INDEX t_down ON t (a down_int_ops);
