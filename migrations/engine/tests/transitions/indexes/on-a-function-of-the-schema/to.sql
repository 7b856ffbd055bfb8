CREATE TABLE t (a int, b text);
CREATE FUNCTION f(text) RETURNS varchar LANGUAGE sql IMMUTABLE AS 'SELECT $1::varchar';
CREATE INDEX i ON t (f(b));
