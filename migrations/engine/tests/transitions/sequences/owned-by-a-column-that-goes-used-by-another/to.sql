CREATE TABLE t (k int);
CREATE SEQUENCE others;
CREATE TABLE u (b int DEFAULT nextval('others'));
