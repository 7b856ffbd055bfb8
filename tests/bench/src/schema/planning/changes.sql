-- Gives each of these tables a numbered column, another default, another type and fewer constraints, and
-- takes its index; gives each type another value or constraint.
SELECT format('ALTER TABLE p%1$s ADD d serial, ALTER b SET DEFAULT 8, ALTER c TYPE text, '
              'ALTER a DROP NOT NULL; '
              'DROP INDEX p%1$s_b_idx', n)
FROM generate_series(1, {count}) AS n \gexec
SELECT format('ALTER DOMAIN short%1$s ADD CONSTRAINT odd CHECK (length(VALUE) <> 4); '
              'ALTER TYPE kind%1$s ADD VALUE ''c''', n)
FROM generate_series(0, {count} / 20) AS n \gexec
