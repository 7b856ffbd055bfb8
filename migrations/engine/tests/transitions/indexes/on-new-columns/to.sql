CREATE TABLE t (a int, b text, c int);
CREATE INDEX t_b ON t (b, c) WHERE c > 0;
CREATE UNIQUE INDEX t_c ON t (c);
