CREATE TABLE t (a int, b int, CONSTRAINT once UNIQUE (a));
