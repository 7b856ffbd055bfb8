CREATE TABLE t (a int, b text);
CREATE INDEX "t.old" ON t (a);
