CREATE TABLE t (id int PRIMARY KEY, body varchar(9000) STORAGE external);
