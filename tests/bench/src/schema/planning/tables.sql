-- Makes a large schema, in which each table refers to the one before it. {count} stands for their number.
SELECT format('CREATE TYPE kind%1$s AS ENUM (''a'', ''b''); '
              'CREATE DOMAIN short%1$s AS text CHECK (length(VALUE) < 9)', n)
FROM generate_series(0, {count} / 20) AS n \gexec
SELECT format('CREATE TABLE p%1$s (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, '
              'a text NOT NULL CHECK (a <> ''''), b int DEFAULT 7, c timestamptz, kind kind%2$s, '
              'word short%2$s, up bigint %3$s); CREATE INDEX ON p%1$s (b); '
              'COMMENT ON TABLE p%1$s IS ''one''; GRANT SELECT ON p%1$s TO pg_monitor',
              n, n / 20, CASE WHEN n > 1 THEN format('REFERENCES p%s', n - 1) END)
FROM generate_series(1, {count}) AS n \gexec
-- A quarter of them has a function, a view, a trigger and a policy.
SELECT format('CREATE FUNCTION f%1$s(wanted bigint) RETURNS bigint LANGUAGE sql STABLE '
              'RETURN (SELECT max(id) FROM p%1$s WHERE b = wanted); '
              'CREATE FUNCTION t%1$s() RETURNS trigger LANGUAGE plpgsql AS '
              '''BEGIN new.b := 1; RETURN new; END''; '
              'CREATE TRIGGER t BEFORE INSERT ON p%1$s FOR EACH ROW EXECUTE FUNCTION t%1$s(); '
              'CREATE VIEW v%1$s AS SELECT p.id, f%1$s(p.id) AS f FROM p%1$s p JOIN p%2$s o ON o.id = p.up; '
              'ALTER TABLE p%1$s ENABLE ROW LEVEL SECURITY; '
              'CREATE POLICY own ON p%1$s USING (a = current_user)', n, n - 1)
FROM generate_series(2, {count}, 4) AS n \gexec
