CREATE TYPE pair AS (a int, b int);
CREATE FUNCTION total(q pair) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT q.a + q.b';
CREATE CAST (pair AS int) WITH FUNCTION total (pair);
CREATE VIEW v AS SELECT ROW(1, 2)::pair::int AS three;
