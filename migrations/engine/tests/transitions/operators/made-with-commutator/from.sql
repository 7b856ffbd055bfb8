CREATE TYPE pair AS (a int, b int);
CREATE FUNCTION covers(l pair, r pair) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT l.a >= r.a';
CREATE FUNCTION covered(l pair, r pair) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT l.a <= r.a';
