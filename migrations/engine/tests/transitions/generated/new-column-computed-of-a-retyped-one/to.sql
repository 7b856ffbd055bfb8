CREATE TABLE t (id int PRIMARY KEY, a bigint, g bigint GENERATED ALWAYS AS (a + 1) STORED);
