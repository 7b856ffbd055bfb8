CREATE TABLE t (a int, b int, c text);
CREATE INDEX i ON t (a);
CREATE UNIQUE INDEX j ON t (b);
