CREATE TABLE t (a int, b text, c int[]);
CREATE INDEX i ON t (a);
CREATE INDEX j ON t USING gin (c);
