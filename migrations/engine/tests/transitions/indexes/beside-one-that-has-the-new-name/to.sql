CREATE TABLE t (a int, b text);
CREATE INDEX i ON t (a, b);
CREATE INDEX i_new ON t (b);
