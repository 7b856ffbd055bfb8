-- Makes a large schema, in which each table refers to the one before it. {count} stands for their number.
SELECT format('CREATE TABLE p%1$s (id bigint PRIMARY KEY, a text NOT NULL CHECK (a <> ''''), b int DEFAULT 7, '
              'c timestamptz, up bigint %2$s); CREATE INDEX ON p%1$s (b); COMMENT ON TABLE p%1$s IS ''one''',
              n, CASE WHEN n > 1 THEN format('REFERENCES p%s', n - 1) END)
FROM generate_series(1, {count}) AS n \gexec
