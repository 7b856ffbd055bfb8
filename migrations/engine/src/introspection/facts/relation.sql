SELECT r.kind, r.name, p.property, p.value
FROM relation r
LEFT JOIN LATERAL (SELECT string_agg(inhparent::regclass::text, ', ' ORDER BY inhseqno) AS parents,
                          bool_or(inhdetachpending) AS is_leaving
                   FROM pg_inherits WHERE inhrelid = r.oid) h ON true
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
