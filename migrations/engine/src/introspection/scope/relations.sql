-- The relations that are a user's, each with its kind and its full name, and the addresses of their parts:
-- where the system's tables keep what is said of an object, and what it depends on. With pg_catalog alone on
-- the search path, regclass, format_type and their kin write every other name with its schema. {among} bounds
-- the relations that are read.
space AS (
    SELECT n.oid, quote_ident(n.nspname) AS name, n.nspowner, n.nspacl
    FROM pg_namespace n
    WHERE n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema'
      AND NOT EXISTS (SELECT FROM pg_depend d
                      WHERE d.classid = 'pg_namespace'::regclass AND d.objid = n.oid AND d.deptype = 'e')
),
relation AS (
    SELECT c.*, s.name || '.' || quote_ident(c.relname) AS name,
           CASE c.relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'table' WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view'
               WHEN 'S' THEN 'sequence' WHEN 'f' THEN 'foreign table' WHEN 'c' THEN 'composite type' ELSE 'index' END AS kind
    FROM pg_class c JOIN space s ON s.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f', 'c', 'i', 'I') {among}
      AND c.relname NOT IN ('refinery_schema_history', 'refinery_schema_history_pkey',
                            'branchline_progress', 'branchline_progress_pkey', 'branchline_log')
      -- A member of an extension comes and goes with it.
      AND NOT EXISTS (SELECT FROM pg_depend d
                      WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
),
relation_address (classid, objid, objsubid, kind, name) AS (
    SELECT 'pg_class'::regclass::oid, oid, 0, kind, name FROM relation
    UNION ALL SELECT 'pg_class'::regclass, r.oid, a.attnum, 'column', r.name || '.' || quote_ident(a.attname)
        FROM relation r JOIN pg_attribute a ON a.attrelid = r.oid
        WHERE a.attnum > 0 AND NOT a.attisdropped AND r.relkind IN ('r', 'p', 'v', 'm', 'f', 'c')
    UNION ALL SELECT 'pg_type'::regclass, reltype, 0, CASE relkind WHEN 'c' THEN kind ELSE 'row type' END, name
        FROM relation WHERE reltype <> 0
    UNION ALL SELECT 'pg_constraint'::regclass, c.oid, 0, 'constraint', r.name || '.' || quote_ident(c.conname)
        FROM pg_constraint c JOIN relation r ON r.oid = c.conrelid
    UNION ALL SELECT 'pg_trigger'::regclass, t.oid, 0, 'trigger', r.name || '.' || quote_ident(t.tgname)
        FROM pg_trigger t JOIN relation r ON r.oid = t.tgrelid WHERE NOT t.tgisinternal OR (t.tgparentid <> 0 AND t.tgconstraint = 0)
    UNION ALL SELECT 'pg_rewrite'::regclass, w.oid, 0, 'rule', r.name || '.' || quote_ident(w.rulename)
        FROM pg_rewrite w JOIN relation r ON r.oid = w.ev_class
    UNION ALL SELECT 'pg_policy'::regclass, p.oid, 0, 'policy', r.name || '.' || quote_ident(p.polname)
        FROM pg_policy p JOIN relation r ON r.oid = p.polrelid
)
