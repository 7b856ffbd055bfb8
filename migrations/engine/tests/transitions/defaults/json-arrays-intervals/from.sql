CREATE TABLE t (id int PRIMARY KEY, j jsonb, a int[], i interval, d date);
