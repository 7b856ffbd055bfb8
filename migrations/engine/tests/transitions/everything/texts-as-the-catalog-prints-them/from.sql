CREATE TABLE t (a text CHECK (a IN ('x', 'y')), v varchar(9) CONSTRAINT q CHECK (v IN ('p', 'q')),
    n int DEFAULT -1, at timestamptz DEFAULT '2020-01-01 00:00+00', i interval DEFAULT '1 day');
CREATE INDEX t_i ON t (coalesce(a, 'z'), (n + 1) DESC);
CREATE VIEW w AS SELECT CASE WHEN a IS NULL THEN 1 ELSE n END AS c FROM t
    WHERE a NOT IN ('x') AND v LIKE 'p%';
