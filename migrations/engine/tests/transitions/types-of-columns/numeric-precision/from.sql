CREATE TABLE t (id int PRIMARY KEY, a numeric(8, 2), b numeric);
