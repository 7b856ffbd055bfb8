CREATE TABLE t (id int PRIMARY KEY, at timestamp, d date, i time);
