-- Stands for all.sql where relations alone are read. Read after relations.sql.
,
type AS (SELECT NULL::oid AS oid, NULL::text AS name WHERE false),
identified AS (SELECT NULL::oid AS classid, NULL::oid AS objid, NULL::text AS kind, NULL::text AS name WHERE false),
member AS (SELECT NULL::oid AS classid, NULL::oid AS objid WHERE false),
address AS (SELECT * FROM relation_address),
granted (classid, objid, objsubid, owner, type, acl) AS (
    SELECT 'pg_class'::regclass::oid, oid, 0, relowner, CASE relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", relacl
    FROM relation WHERE relacl IS NOT NULL
    UNION ALL SELECT 'pg_class'::regclass, r.oid, a.attnum, r.relowner, 'c', a.attacl
    FROM relation r JOIN pg_attribute a ON a.attrelid = r.oid WHERE a.attacl IS NOT NULL AND NOT a.attisdropped
    UNION ALL SELECT 'pg_type'::regclass, t.oid, 0, t.typowner, 'T', t.typacl
    FROM relation r JOIN pg_type t ON t.oid = r.reltype WHERE t.typacl IS NOT NULL
),
optioned (kind, name, options) AS (
    SELECT r.kind, r.name, t.ftoptions FROM relation r JOIN pg_foreign_table t ON t.ftrelid = r.oid
    UNION ALL SELECT 'column', r.name || '.' || quote_ident(a.attname), a.attfdwoptions
    FROM relation r JOIN pg_attribute a ON a.attrelid = r.oid
    WHERE r.relkind = 'f' AND a.attfdwoptions IS NOT NULL AND NOT a.attisdropped
)
