CREATE TABLE a (id int);
CREATE TABLE b (n text) INHERITS (a);
