CREATE TABLE t (a int, k int);
CREATE SEQUENCE numbers OWNED BY t.a;
CREATE TABLE u (b int DEFAULT nextval('numbers'));
