CREATE TABLE t (id int PRIMARY KEY, a int DEFAULT NULL, b text);
