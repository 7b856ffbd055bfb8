CREATE TABLE t (id int PRIMARY KEY, a numeric(12, 4), b numeric(20, 10));
