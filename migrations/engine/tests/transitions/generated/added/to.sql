CREATE TABLE t (id int PRIMARY KEY, a int, g int NOT NULL GENERATED ALWAYS AS (coalesce(a, 0) * 2) STORED);
CREATE INDEX t_g ON t (g);
