CREATE TYPE pair AS (a int, b int);
CREATE FUNCTION covers(l pair, r pair) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT l.a >= r.a';
CREATE FUNCTION covered(l pair, r pair) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT l.a <= r.a';
CREATE OPERATOR @@> (LEFTARG = pair, RIGHTARG = pair, FUNCTION = covers, COMMUTATOR = <@@);
CREATE OPERATOR <@@ (LEFTARG = pair, RIGHTARG = pair, FUNCTION = covered, COMMUTATOR = @@>);
COMMENT ON OPERATOR @@> (pair, pair) IS 'covers';
CREATE VIEW v AS SELECT ROW(1, 2)::pair @@> ROW(1, 1)::pair AS yes;
