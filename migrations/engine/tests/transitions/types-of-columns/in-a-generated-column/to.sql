CREATE TABLE t (id int PRIMARY KEY, n smallint, g int GENERATED ALWAYS AS (n * 2) STORED);
