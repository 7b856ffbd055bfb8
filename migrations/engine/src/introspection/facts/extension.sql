-- Every database begins with plpgsql, which is named where it is gone.
SELECT 'extension', quote_ident(extname), p.property, p.value
FROM pg_extension, LATERAL (VALUES
    ('version', extversion), ('relocatable', CASE WHEN NOT extrelocatable THEN 'no' END), ('schema', extnamespace::regnamespace::text)) p (property, value)
WHERE oid >= 16384 AND extname <> 'plpgsql'

UNION ALL
SELECT 'extension', 'plpgsql', 'state', 'dropped'
WHERE NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'plpgsql')
