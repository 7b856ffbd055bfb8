CREATE TABLE t (a int, CONSTRAINT a_once UNIQUE (a));
