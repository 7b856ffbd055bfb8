CREATE TABLE t (id int PRIMARY KEY, a int, CONSTRAINT a_not_null_check CHECK (a > 0));
