SELECT 'index', r.name, p.property, p.value
FROM relation r JOIN pg_index i ON i.indexrelid = r.oid
JOIN relation t ON t.oid = i.indrelid
LEFT JOIN pg_constraint c ON c.conindid = r.oid AND c.conrelid = t.oid AND c.contype IN ('p', 'u', 'x'), LATERAL (VALUES
    ('definition', pg_get_indexdef(i.indexrelid)),
    ('table', t.name),
    ('constraint', c.conname::text),
    ('usable', CASE WHEN i.indisvalid THEN 'yes' ELSE 'no' END),
    ('clustered', CASE WHEN i.indisclustered THEN 'yes' END),
    ('replica identity', CASE WHEN i.indisreplident THEN 'yes' END),
    ('statistics', (SELECT string_agg(a.attnum || ' ' || a.attstattarget, ', ' ORDER BY a.attnum)
        FROM pg_attribute a WHERE a.attrelid = r.oid AND a.attstattarget >= 0))) p (property, value)
