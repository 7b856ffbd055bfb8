CREATE TABLE t (a int, b int, c int);
CREATE STATISTICS st ON a, b FROM t;
COMMENT ON STATISTICS st IS 'why';
