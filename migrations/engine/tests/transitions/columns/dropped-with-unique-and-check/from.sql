CREATE TABLE t (id int PRIMARY KEY, code text UNIQUE, n int CHECK (n > -5), CHECK (n < 1000 OR code IS NULL));
CREATE INDEX t_code ON t (lower(code)) WHERE n > 0;
