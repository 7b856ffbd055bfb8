CREATE TABLE t (a int, b text);
CREATE INDEX "T new" ON t (b, a);
