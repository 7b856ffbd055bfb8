CREATE TABLE a (id int, n text);
CREATE TABLE b (id int, n text, x int);
ALTER TABLE b INHERIT a;
