CREATE TABLE t (a int, b int, c int, d text);
CREATE STATISTICS s (ndistinct) ON a, b FROM t;
COMMENT ON STATISTICS s IS 'a and b';
