CREATE TABLE t (a int, c int);
CREATE STATISTICS "St 2" ON a, c FROM t;
