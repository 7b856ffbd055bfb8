CREATE TYPE pair AS (a int, b int);
CREATE FUNCTION total(p pair) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT p.a + p.b';
CREATE CAST (pair AS int) WITH FUNCTION total (pair);
CREATE VIEW v AS SELECT ROW(1, 2)::pair::int AS three;
