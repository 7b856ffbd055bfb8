-- What belongs to a table, a view or a domain. That a column or a domain is not null is its own property.
SELECT 'constraint', coalesce(r.name, t.name) || '.' || quote_ident(c.conname), p.property, p.value
FROM pg_constraint c LEFT JOIN relation r ON r.oid = c.conrelid LEFT JOIN type t ON t.oid = c.contypid, LATERAL (VALUES
    ('definition', pg_get_constraintdef(c.oid)),
    ('validated', CASE WHEN c.convalidated THEN 'yes' ELSE 'no' END),
    ('inherited', CASE WHEN NOT c.conislocal OR c.conparentid <> 0 THEN 'yes' END)) p (property, value)
WHERE coalesce(r.name, t.name) IS NOT NULL AND c.contype NOT IN ('n', 't')
