CREATE TABLE t (a int, c int, b int);
CREATE STATISTICS st ON a, b FROM t;
CREATE STATISTICS "St 2" ON c, b FROM t;
