-- All other objects that are a user's. Read after relations.sql.
,
-- Members of an extension come and go with it (deptype 'e'), and the constructors of a range with the range.
member AS (
    SELECT classid, objid FROM pg_depend
    WHERE deptype = 'e' OR (deptype = 'i' AND refclassid = 'pg_type'::regclass
                            AND classid IN ('pg_proc'::regclass, 'pg_cast'::regclass))
),
routine AS (
    -- The names of parameters tell no routine from others; an aggregate is called by the places of its own.
    SELECT p.*, s.name || '.' || quote_ident(p.proname) || '('
               || CASE WHEN p.prokind = 'a' THEN pg_get_function_identity_arguments(p.oid)
                       ELSE oidvectortypes(p.proargtypes) END || ')' AS name,
           CASE p.prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' ELSE 'function' END AS kind
    FROM pg_proc p JOIN space s ON s.oid = p.pronamespace
    WHERE ('pg_proc'::regclass, p.oid) NOT IN (SELECT classid, objid FROM member)
),
-- Arrays and multiranges come with the types that they are made of, row types with their tables.
type AS (
    SELECT t.*, s.name || '.' || quote_ident(t.typname) AS name,
           CASE WHEN t.typtype = 'e' THEN 'enum' WHEN t.typtype = 'd' THEN 'domain' WHEN t.typtype = 'r' THEN 'range'
               WHEN t.typisdefined THEN 'base type' ELSE 'shell type' END AS kind
    FROM pg_type t JOIN space s ON s.oid = t.typnamespace
    WHERE t.typtype IN ('e', 'd', 'r', 'b', 'p')
      AND NOT (t.typtype = 'b' AND EXISTS (SELECT FROM pg_type e WHERE e.typarray = t.oid))
      AND ('pg_type'::regclass, t.oid) NOT IN (SELECT classid, objid FROM member)
),
-- Kinds that are rare in migrations. The first 16383 numbers are initdb's (FirstNormalObjectId).
rare (classid, objid) AS (
    SELECT classid, objid
    FROM (SELECT 'pg_operator'::regclass::oid AS classid, oid AS objid FROM pg_operator WHERE oid >= 16384
          UNION ALL SELECT 'pg_opclass'::regclass, oid FROM pg_opclass WHERE oid >= 16384
          UNION ALL SELECT 'pg_opfamily'::regclass, oid FROM pg_opfamily WHERE oid >= 16384
          UNION ALL SELECT 'pg_cast'::regclass, oid FROM pg_cast WHERE oid >= 16384
          UNION ALL SELECT 'pg_collation'::regclass, oid FROM pg_collation WHERE oid >= 16384
          UNION ALL SELECT 'pg_conversion'::regclass, oid FROM pg_conversion WHERE oid >= 16384
          UNION ALL SELECT 'pg_ts_config'::regclass, oid FROM pg_ts_config WHERE oid >= 16384
          UNION ALL SELECT 'pg_ts_dict'::regclass, oid FROM pg_ts_dict WHERE oid >= 16384
          UNION ALL SELECT 'pg_ts_parser'::regclass, oid FROM pg_ts_parser WHERE oid >= 16384
          UNION ALL SELECT 'pg_ts_template'::regclass, oid FROM pg_ts_template WHERE oid >= 16384
          UNION ALL SELECT 'pg_language'::regclass, oid FROM pg_language WHERE oid >= 16384
          UNION ALL SELECT 'pg_foreign_data_wrapper'::regclass, oid FROM pg_foreign_data_wrapper
          UNION ALL SELECT 'pg_foreign_server'::regclass, oid FROM pg_foreign_server
          UNION ALL SELECT 'pg_publication'::regclass, oid FROM pg_publication
          UNION ALL SELECT 'pg_event_trigger'::regclass, oid FROM pg_event_trigger
          UNION ALL SELECT 'pg_extension'::regclass, oid FROM pg_extension WHERE oid >= 16384 AND extname <> 'plpgsql'
          UNION ALL SELECT 'pg_am'::regclass, oid FROM pg_am WHERE oid >= 16384
          UNION ALL SELECT 'pg_transform'::regclass, oid FROM pg_transform) o
    WHERE (classid, objid) NOT IN (SELECT classid, objid FROM member)
),
identified AS (
    SELECT o.classid, o.objid, i.type AS kind, i.identity AS name
    FROM rare o, pg_identify_object(o.classid, o.objid, 0) i
),
address (classid, objid, objsubid, kind, name) AS (
    SELECT classid, objid, objsubid, kind, name FROM relation_address
    UNION ALL SELECT 'pg_namespace'::regclass, oid, 0, 'schema', name FROM space
    UNION ALL SELECT 'pg_type'::regclass, oid, 0, kind, name FROM type
    UNION ALL SELECT 'pg_proc'::regclass, oid, 0, kind, name FROM routine
    UNION ALL SELECT 'pg_constraint'::regclass, c.oid, 0, 'constraint', t.name || '.' || quote_ident(c.conname)
        FROM pg_constraint c JOIN type t ON t.oid = c.contypid
    UNION ALL SELECT 'pg_statistic_ext'::regclass, e.oid, 0, 'statistics', s.name || '.' || quote_ident(e.stxname)
        FROM pg_statistic_ext e JOIN space s ON s.oid = e.stxnamespace
    UNION ALL SELECT classid, objid, 0, kind, name FROM identified
),
-- Lists of privileges, the system's too.
granted (classid, objid, objsubid, owner, type, acl) AS (
    SELECT 'pg_namespace'::regclass::oid, oid, 0, nspowner, 'n'::"char", nspacl FROM pg_namespace WHERE nspacl IS NOT NULL
    UNION ALL SELECT 'pg_class'::regclass, oid, 0, relowner, CASE relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", relacl
    FROM pg_class WHERE relacl IS NOT NULL
    UNION ALL SELECT 'pg_class'::regclass, c.oid, a.attnum, c.relowner, 'c', a.attacl
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid WHERE a.attacl IS NOT NULL AND NOT a.attisdropped
    UNION ALL SELECT 'pg_proc'::regclass, oid, 0, proowner, 'f', proacl FROM pg_proc WHERE proacl IS NOT NULL
    UNION ALL SELECT 'pg_type'::regclass, oid, 0, typowner, 'T', typacl FROM pg_type WHERE typacl IS NOT NULL
    UNION ALL SELECT 'pg_language'::regclass, oid, 0, lanowner, 'l', lanacl FROM pg_language WHERE lanacl IS NOT NULL
    UNION ALL SELECT 'pg_foreign_data_wrapper'::regclass, oid, 0, fdwowner, 'F', fdwacl
    FROM pg_foreign_data_wrapper WHERE fdwacl IS NOT NULL
    UNION ALL SELECT 'pg_foreign_server'::regclass, oid, 0, srvowner, 'S', srvacl
    FROM pg_foreign_server WHERE srvacl IS NOT NULL
),
optioned (kind, name, options) AS (
    SELECT r.kind, r.name, t.ftoptions FROM relation r JOIN pg_foreign_table t ON t.ftrelid = r.oid
    UNION ALL SELECT 'column', r.name || '.' || quote_ident(a.attname), a.attfdwoptions
    FROM relation r JOIN pg_attribute a ON a.attrelid = r.oid
    WHERE r.relkind = 'f' AND a.attfdwoptions IS NOT NULL AND NOT a.attisdropped
    UNION ALL SELECT i.kind, i.name, f.fdwoptions
    FROM identified i JOIN pg_foreign_data_wrapper f ON f.oid = i.objid AND i.classid = 'pg_foreign_data_wrapper'::regclass
    UNION ALL SELECT i.kind, i.name, s.srvoptions
    FROM identified i JOIN pg_foreign_server s ON s.oid = i.objid AND i.classid = 'pg_foreign_server'::regclass
    UNION ALL SELECT 'user mapping', format('%s SERVER %I', CASE umuser WHEN 0 THEN 'PUBLIC' ELSE quote_ident(usename) END,
        srvname), umoptions FROM pg_user_mappings
)
