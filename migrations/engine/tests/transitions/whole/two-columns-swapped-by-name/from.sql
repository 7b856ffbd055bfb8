CREATE TABLE t (id int PRIMARY KEY, first text, last int);
