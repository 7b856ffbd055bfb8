CREATE TABLE a (id int);
CREATE TABLE c (id int);
CREATE TABLE b (id int, x int);
ALTER TABLE b INHERIT a;
