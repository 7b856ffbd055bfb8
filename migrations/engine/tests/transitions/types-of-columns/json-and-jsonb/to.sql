CREATE TABLE t (id int PRIMARY KEY, j jsonb DEFAULT '{}');
