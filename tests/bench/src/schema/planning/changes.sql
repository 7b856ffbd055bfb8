-- Gives each of these tables a further column, another default and another type, and takes its index.
SELECT format('ALTER TABLE p%1$s ADD d uuid, ALTER b SET DEFAULT 8, ALTER c TYPE text; DROP INDEX p%1$s_b_idx', n)
FROM generate_series(1, {count}) AS n \gexec
