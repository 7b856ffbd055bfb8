CREATE TABLE t (a int, b int UNIQUE, c int REFERENCES t (b), d int UNIQUE, e int REFERENCES t (d));
