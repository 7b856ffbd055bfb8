-- Constraints of tables and domains. That a column or a domain is not null is its own property. Beneath a
-- foreign key to a partitioned table is one to each partition, which comes and goes with it under any name.
SELECT 'constraint', c.whole || '.' || quote_ident(c.conname), p.property, p.value
FROM (SELECT r.name AS whole, c.* FROM relation r JOIN pg_constraint c ON c.conrelid = r.oid
      UNION ALL SELECT t.name, c.* FROM type t JOIN pg_constraint c ON c.contypid = t.oid) c, LATERAL (VALUES
    ('definition', pg_get_constraintdef(c.oid)),
    ('validated', CASE WHEN c.convalidated THEN 'yes' ELSE 'no' END),
    ('inherited', CASE WHEN NOT c.conislocal OR c.conparentid <> 0 THEN 'yes' END)) p (property, value)
WHERE c.contype NOT IN ('n', 't')
  AND NOT EXISTS (SELECT FROM pg_constraint p WHERE p.oid = c.conparentid AND p.conrelid = c.conrelid)
