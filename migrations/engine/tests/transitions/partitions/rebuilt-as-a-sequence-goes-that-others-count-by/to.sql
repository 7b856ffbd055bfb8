CREATE TABLE t (id int, n int);
CREATE TABLE o (id int, n int);
CREATE TABLE t2 (id int, n int);
CREATE TABLE o2 (id int, n int);
