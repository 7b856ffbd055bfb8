CREATE TABLE t (id int PRIMARY KEY, a int, g text GENERATED ALWAYS AS ('n' || a) STORED);
