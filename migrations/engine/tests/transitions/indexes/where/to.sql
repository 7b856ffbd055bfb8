CREATE TABLE t (a int, b text);
CREATE INDEX i ON t (a) WHERE b IS NOT NULL AND a > 0;
