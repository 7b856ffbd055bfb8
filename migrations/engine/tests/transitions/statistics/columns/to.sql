CREATE TABLE t (a int, b int, c int);
CREATE STATISTICS st (ndistinct, mcv) ON a, c FROM t;
