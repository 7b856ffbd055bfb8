CREATE TABLE t (id int PRIMARY KEY, n bigint);
CREATE FUNCTION double(t) RETURNS bigint LANGUAGE sql AS 'SELECT $1.n::bigint * 2';
CREATE VIEW v AS SELECT id, double(t) FROM t;
