CREATE TABLE t (id int PRIMARY KEY, n int DEFAULT 7, s varchar(5) DEFAULT 'ab');
