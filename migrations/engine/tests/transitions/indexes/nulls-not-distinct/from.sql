CREATE TABLE t (a int, b text);
CREATE UNIQUE INDEX i ON t (a);
