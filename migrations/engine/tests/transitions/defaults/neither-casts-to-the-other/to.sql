CREATE TABLE t (id int PRIMARY KEY, v boolean DEFAULT false);
