CREATE TABLE t (id int PRIMARY KEY, no int);
