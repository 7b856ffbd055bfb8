CREATE TABLE t (a int, b int, c text);
CREATE INDEX i ON t (a, b) WHERE c IS NOT NULL;
CREATE UNIQUE INDEX j ON t (b) INCLUDE (a);
