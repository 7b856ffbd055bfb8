CREATE TABLE t (a bigint);
CREATE FUNCTION half(n int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT n / 2';
CREATE VIEW halves AS SELECT half(a::int) AS half FROM t;
