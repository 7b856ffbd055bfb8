CREATE TABLE t (a int, b text, CONSTRAINT "A and b" UNIQUE (a, b));
