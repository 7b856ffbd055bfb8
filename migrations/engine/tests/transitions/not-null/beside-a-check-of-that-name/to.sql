CREATE TABLE t (id int PRIMARY KEY, a int NOT NULL, CONSTRAINT a_not_null_check CHECK (a > 0));
