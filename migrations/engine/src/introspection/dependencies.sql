-- Dependencies, by the objects' names: the first two columns name the one that needs, the others what it
-- needs. Read after common.sql.
, place AS (
    SELECT classid, objid, objsubid, kind, name FROM address WHERE NOT (kind = 'rule' AND name LIKE '%."\_RETURN"')
    UNION ALL SELECT 'pg_rewrite'::regclass, w.oid, 0, r.kind, r.name
        FROM pg_rewrite w JOIN relation r ON r.oid = w.ev_class WHERE w.rulename = '_RETURN'
    UNION ALL SELECT 'pg_attrdef'::regclass, d.oid, 0, CASE WHEN a.attgenerated = '' THEN 'default' ELSE 'column' END,
            r.name || '.' || quote_ident(a.attname)
        FROM pg_attrdef d JOIN relation r ON r.oid = d.adrelid
        JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
    UNION ALL SELECT 'pg_type'::regclass, t.typarray, 0, a.kind, a.name
        FROM pg_type t JOIN address a ON a.classid = 'pg_type'::regclass AND a.objid = t.oid WHERE t.typarray <> 0
    UNION ALL SELECT 'pg_type'::regclass, g.rngmultitypid, 0, t.kind, t.name
        FROM pg_range g JOIN type t ON t.oid = g.rngtypid
    UNION ALL SELECT d.classid, d.objid, 0, t.kind, t.name
        FROM pg_depend d JOIN type t ON t.oid = d.refobjid AND d.refclassid = 'pg_type'::regclass
        WHERE d.deptype = 'i' AND d.classid IN ('pg_proc'::regclass, 'pg_cast'::regclass)
    UNION ALL SELECT d.classid, d.objid, 0, 'extension', quote_ident(e.extname)
        FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid
        WHERE d.deptype = 'e' AND d.refclassid = 'pg_extension'::regclass AND e.oid >= 16384
    -- A member of an operator family hangs on the operator class that brought it, if one did.
    UNION ALL SELECT d.classid, d.objid, 0, i.kind, i.name
        FROM pg_depend d JOIN identified i ON i.classid = d.refclassid AND i.objid = d.refobjid
        WHERE d.classid IN ('pg_amop'::regclass, 'pg_amproc'::regclass) AND d.deptype IN ('a', 'i')
          AND d.refclassid IN ('pg_opclass'::regclass, 'pg_opfamily'::regclass)
    UNION ALL SELECT 'pg_publication_rel'::regclass, p.oid, 0, 'published table', format('%I: %s', b.pubname, p.prrelid::regclass)
        FROM pg_publication_rel p JOIN pg_publication b ON b.oid = p.prpubid
    UNION ALL SELECT 'pg_user_mapping'::regclass, umid, 0, 'user mapping',
            format('%s SERVER %I', CASE umuser WHEN 0 THEN 'PUBLIC' ELSE quote_ident(usename) END, srvname)
        FROM pg_user_mappings
)
SELECT DISTINCT n.kind AS dependent, n.name, o.kind, o.name
FROM pg_depend d
JOIN place n ON n.classid = d.classid AND n.objid = d.objid AND n.objsubid = d.objsubid
-- A view of a sequence needs its columns, which are no objects.
JOIN place o ON o.classid = d.refclassid AND o.objid = d.refobjid AND (o.objsubid = d.refobjsubid OR o.kind = 'sequence')
WHERE (n.kind, n.name) <> (o.kind, o.name)
