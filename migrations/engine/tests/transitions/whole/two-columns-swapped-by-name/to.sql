CREATE TABLE t (id int PRIMARY KEY, first int, last text);
