CREATE TABLE t (a int, b text);
CREATE INDEX i ON t (a);
CREATE INDEX i_new ON t (b);
