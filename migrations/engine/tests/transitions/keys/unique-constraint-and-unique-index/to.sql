CREATE TABLE t (a int);
CREATE UNIQUE INDEX a_once ON t (a);
