CREATE TABLE t (a int, b int, c int, d text);
CREATE STATISTICS s (ndistinct, mcv) ON a, c, (lower(d)) FROM t;
COMMENT ON STATISTICS s IS 'a and c';
