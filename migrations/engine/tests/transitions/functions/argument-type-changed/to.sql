CREATE TABLE t (a bigint);
CREATE FUNCTION half(n bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS 'SELECT n / 2';
CREATE VIEW halves AS SELECT half(a) AS half FROM t;
