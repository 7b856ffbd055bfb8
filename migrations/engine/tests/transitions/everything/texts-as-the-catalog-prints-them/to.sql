CREATE TABLE t (a text CHECK (a = ANY (ARRAY['x'::text, 'y'::text])), v varchar(9),
    n int DEFAULT '-1'::integer, at timestamptz DEFAULT '2020-01-01 00:00+00',
    i interval DEFAULT '1 day'::interval);
ALTER TABLE t ADD CONSTRAINT q
    CHECK (((v)::text = ANY ((ARRAY['p'::character varying, 'q'::character varying])::text[])));
CREATE INDEX t_i ON t (COALESCE(a, 'z'::text), (n + 1) DESC);
CREATE VIEW w AS SELECT CASE WHEN a IS NULL THEN 1 ELSE n END AS c FROM t
    WHERE a <> 'x' AND v::text ~~ 'p%';
