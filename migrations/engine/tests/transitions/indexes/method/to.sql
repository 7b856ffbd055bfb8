CREATE TABLE t (a int, b text, c int[]);
CREATE INDEX i ON t USING hash (a);
CREATE INDEX j ON t (c);
