SELECT 'column', a.whole || '.' || quote_ident(a.attname), p.property, p.value
-- The place among those that are there: attnum also counts columns that were dropped.
FROM (SELECT r.name AS whole, a.*, row_number() OVER (PARTITION BY a.attrelid ORDER BY a.attnum) AS place
      FROM relation r JOIN pg_attribute a ON a.attrelid = r.oid
      WHERE r.relkind IN ('r', 'p', 'v', 'm', 'f', 'c') AND a.attnum > 0 AND NOT a.attisdropped) a
JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
LEFT JOIN pg_collation c ON c.oid = a.attcollation AND a.attcollation <> t.typcollation, LATERAL (VALUES
    ('type', format_type(a.atttypid, a.atttypmod)),
    ('place', a.place::text),
    ('not null', CASE WHEN a.attnotnull THEN concat('yes'
        , (SELECT concat(CASE WHEN n.connoinherit THEN ', no inherit' END, -- since 18
            CASE WHEN NOT n.convalidated THEN ', not valid' END) FROM pg_constraint n -- since 18
            WHERE n.conrelid = a.attrelid AND n.contype = 'n' AND n.conkey = ARRAY[a.attnum]) -- since 18
        ) END),
    ('default', CASE WHEN a.attgenerated = '' THEN pg_get_expr(d.adbin, d.adrelid) END),
    (CASE a.attgenerated WHEN 'v' THEN 'virtual' ELSE 'generated' END,
        CASE WHEN a.attgenerated <> '' THEN pg_get_expr(d.adbin, d.adrelid) END),
    ('identity', CASE a.attidentity WHEN 'a' THEN 'always' WHEN 'd' THEN 'by default' END),
    ('collation', CASE WHEN c.oid IS NOT NULL THEN format('%s.%I', c.collnamespace::regnamespace, c.collname) END),
    ('storage', CASE WHEN a.attstorage <> t.typstorage THEN CASE a.attstorage WHEN 'p' THEN 'plain' WHEN 'e' THEN 'external'
        WHEN 'm' THEN 'main' ELSE 'extended' END END),
    ('compression', CASE a.attcompression WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' END),
    ('statistics', CASE WHEN a.attstattarget >= 0 THEN a.attstattarget::text END),
    ('options', (SELECT string_agg(o, ', ' ORDER BY o COLLATE "C") FROM unnest(a.attoptions) o)),
    ('inherited', CASE WHEN NOT a.attislocal THEN 'yes' END)) p (property, value)
