CREATE SEQUENCE numbers START 100;
CREATE TABLE t (id int PRIMARY KEY, no int DEFAULT nextval('numbers'));
