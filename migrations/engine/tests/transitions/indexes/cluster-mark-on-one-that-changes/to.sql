CREATE TABLE t (a int, b text);
CREATE INDEX i ON t (a, b);
ALTER TABLE t CLUSTER ON i;
