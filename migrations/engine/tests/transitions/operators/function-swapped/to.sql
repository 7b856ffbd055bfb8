CREATE FUNCTION near(l int, r int) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT abs(l - r) < 2';
CREATE FUNCTION nearer(l int, r int) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT abs(l - r) < 1';
CREATE TABLE t (a int, b int);
CREATE OPERATOR ~~~ (LEFTARG = int, RIGHTARG = int, FUNCTION = nearer, COMMUTATOR = ~~~);
CREATE VIEW v AS SELECT a FROM t WHERE a OPERATOR(public.~~~) b;
