CREATE TABLE a (id bigint);
CREATE TABLE b (n text) INHERITS (a);
