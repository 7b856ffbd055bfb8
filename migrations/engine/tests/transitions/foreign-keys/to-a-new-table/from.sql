CREATE TABLE t (id int PRIMARY KEY, p_id int);
