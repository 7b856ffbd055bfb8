CREATE TABLE base (a int);
CREATE TABLE t (a int);
