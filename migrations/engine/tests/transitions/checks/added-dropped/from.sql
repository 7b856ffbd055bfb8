CREATE TABLE t (a int, b text, CONSTRAINT old CHECK (a > -1000));
