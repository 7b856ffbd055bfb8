CREATE TABLE t (a int, b text);
CREATE INDEX "the INDEX of t" ON t (b);
