CREATE TABLE p (id int PRIMARY KEY);
CREATE TABLE t (p_id int);
