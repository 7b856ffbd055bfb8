CREATE TABLE t (a int, b text);
CREATE FUNCTION list() RETURNS TABLE (a int, b text) LANGUAGE sql STABLE AS 'SELECT a, b FROM t';
CREATE VIEW v AS SELECT l.a FROM list() l;
