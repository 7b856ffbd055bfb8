CREATE TABLE t (id int PRIMARY KEY, a varchar(20), b text, c varchar(3));
