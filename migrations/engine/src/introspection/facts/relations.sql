SELECT r.kind, r.name, p.property, p.value
FROM relation r
LEFT JOIN (SELECT inhrelid, string_agg(inhparent::regclass::text, ', ' ORDER BY inhseqno) AS parents,
                  bool_or(inhdetachpending) AS is_leaving
           FROM pg_inherits GROUP BY inhrelid) h ON h.inhrelid = r.oid
LEFT JOIN pg_class toast ON toast.oid = r.reltoastrelid
LEFT JOIN pg_am am ON am.oid = r.relam
LEFT JOIN pg_tablespace place ON place.oid = r.reltablespace, LATERAL (VALUES
    -- The first row sets the type: as name, values would be cut at 63 bytes.
    ('definition', CASE WHEN r.relkind IN ('v', 'm') THEN pg_get_viewdef(r.oid) END),
    ('owner', CASE WHEN r.relkind NOT IN ('i', 'I') THEN pg_get_userbyid(r.relowner)::text END),
    ('options', (SELECT string_agg(o, ', ' ORDER BY o COLLATE "C") FROM unnest(r.reloptions) o)),
    ('toast options', (SELECT string_agg('toast.' || o, ', ' ORDER BY o COLLATE "C") FROM unnest(toast.reloptions) o)),
    ('persistence', CASE WHEN r.relkind IN ('i', 'I') OR (r.relkind = 'S' AND r.relpersistence = 'p') THEN NULL
        ELSE CASE r.relpersistence WHEN 'p' THEN 'logged' WHEN 'u' THEN 'unlogged' ELSE 'temporary' END END),
    ('row security', CASE WHEN r.relrowsecurity THEN 'on' END),
    ('row security forced', CASE WHEN r.relforcerowsecurity THEN 'yes' END),
    ('replica identity', CASE WHEN r.relkind IN ('r', 'p') THEN CASE r.relreplident WHEN 'n' THEN 'nothing' WHEN 'f' THEN 'full'
        WHEN 'i' THEN 'index' END END),
    ('partitioned by', CASE WHEN r.relkind = 'p' THEN pg_get_partkeydef(r.oid) END),
    ('partition', CASE WHEN r.relispartition AND r.relkind NOT IN ('i', 'I') THEN pg_get_expr(r.relpartbound, r.oid) END),
    (CASE WHEN r.relkind IN ('i', 'I') THEN 'attached to' WHEN r.relispartition THEN 'partition of' ELSE 'inherits' END,
        h.parents),
    ('being detached', CASE WHEN h.is_leaving THEN 'yes' END),
    ('of type', CASE WHEN r.reloftype <> 0 THEN format_type(r.reloftype, NULL) END),
    ('access method', CASE WHEN r.relkind IN ('r', 'p', 'm') THEN nullif(am.amname, 'heap')::text END),
    ('populated', CASE WHEN r.relkind = 'm' AND NOT r.relispopulated THEN 'no' END),
    ('tablespace', place.spcname::text)) p (property, value)

UNION ALL
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

UNION ALL
SELECT 'sequence', r.name, p.property, p.value
FROM relation r JOIN pg_sequence s ON s.seqrelid = r.oid
LEFT JOIN (SELECT d.objid, format('%s.%I (%s)', d.refobjid::regclass, a.attname, d.deptype) AS owner
           FROM pg_depend d JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
           WHERE d.classid = 'pg_class'::regclass AND d.deptype IN ('a', 'i') AND d.refclassid = 'pg_class'::regclass
             AND d.refobjsubid > 0) o ON o.objid = r.oid, LATERAL (VALUES
    ('definition', format('%s start %s increment %s min %s max %s cache %s%s', format_type(seqtypid, NULL), seqstart,
        seqincrement, seqmin, seqmax, seqcache, CASE WHEN seqcycle THEN ' cycle' ELSE '' END)),
    ('owned by', o.owner)) p (property, value)
WHERE r.relkind = 'S'

UNION ALL
SELECT 'column', r.name || '.' || quote_ident(a.attname), p.property, p.value
FROM relation r
-- The place among those that are there: attnum also counts columns that were dropped.
JOIN (SELECT *, row_number() OVER (PARTITION BY attrelid ORDER BY attnum) AS place
      FROM pg_attribute WHERE attnum > 0 AND NOT attisdropped) a ON a.attrelid = r.oid
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
WHERE r.relkind IN ('r', 'p', 'v', 'm', 'f', 'c')
