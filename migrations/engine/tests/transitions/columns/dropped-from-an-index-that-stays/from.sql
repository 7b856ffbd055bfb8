CREATE TABLE t (id int PRIMARY KEY, a int, b int);
CREATE INDEX i ON t (a, b);
CREATE UNIQUE INDEX j ON t (id) INCLUDE (b);
