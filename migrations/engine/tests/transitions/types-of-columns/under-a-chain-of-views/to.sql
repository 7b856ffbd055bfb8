CREATE TABLE t (id int PRIMARY KEY, n numeric);
CREATE VIEW a AS SELECT id, n FROM t;
CREATE VIEW b AS SELECT id, n + 1 AS n FROM a;
CREATE VIEW "C c" AS SELECT sum(n) AS s FROM b;
COMMENT ON VIEW b IS 'the middle';
COMMENT ON COLUMN b.n IS 'one more';
