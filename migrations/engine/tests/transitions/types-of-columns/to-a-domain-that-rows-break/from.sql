CREATE DOMAIN positive AS int CHECK (value > 0);
CREATE TABLE t (id int PRIMARY KEY, a int);
