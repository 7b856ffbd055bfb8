-- What the other files share: the objects that are a user's, each with its kind and its full name. With
-- pg_catalog alone on the search path, regclass, format_type and their kin write every other name with its
-- schema.
WITH
-- What belongs to an extension comes and goes with it (deptype 'e'), what makes values of a range with the
-- range.
member AS (
    SELECT classid, objid FROM pg_depend
    WHERE deptype = 'e' OR (deptype = 'i' AND refclassid = 'pg_type'::regclass
                            AND classid IN ('pg_proc'::regclass, 'pg_cast'::regclass))
),
space AS (
    SELECT n.oid, quote_ident(n.nspname) AS name, n.nspowner, n.nspacl
    FROM pg_namespace n
    WHERE n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema'
      AND ('pg_namespace'::regclass, n.oid) NOT IN (SELECT classid, objid FROM member)
),
relation AS (
    SELECT c.*, s.name || '.' || quote_ident(c.relname) AS name,
           CASE c.relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'table' WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view'
               WHEN 'S' THEN 'sequence' WHEN 'f' THEN 'foreign table' WHEN 'c' THEN 'composite type' ELSE 'index' END AS kind
    FROM pg_class c JOIN space s ON s.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f', 'c', 'i', 'I')
      AND c.relname NOT IN ('refinery_schema_history', 'refinery_schema_history_pkey',
                            'branchline_progress', 'branchline_progress_pkey', 'branchline_log')
      AND ('pg_class'::regclass, c.oid) NOT IN (SELECT classid, objid FROM member)
),
routine AS (
    SELECT p.*, s.name || '.' || quote_ident(p.proname) || '(' || pg_get_function_identity_arguments(p.oid) || ')' AS name,
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
-- Where the system's tables keep what is said of an object, and what it depends on.
address (classid, objid, objsubid, kind, name) AS (
    SELECT 'pg_namespace'::regclass::oid, oid, 0, 'schema', name FROM space
    UNION ALL SELECT 'pg_class'::regclass, oid, 0, kind, name FROM relation
    UNION ALL SELECT 'pg_class'::regclass, r.oid, a.attnum, 'column', r.name || '.' || quote_ident(a.attname)
        FROM relation r JOIN pg_attribute a ON a.attrelid = r.oid
        WHERE a.attnum > 0 AND NOT a.attisdropped AND r.relkind IN ('r', 'p', 'v', 'm', 'f', 'c')
    UNION ALL SELECT 'pg_type'::regclass, reltype, 0, CASE relkind WHEN 'c' THEN kind ELSE 'row type' END, name
        FROM relation WHERE reltype <> 0
    UNION ALL SELECT 'pg_type'::regclass, oid, 0, kind, name FROM type
    UNION ALL SELECT 'pg_proc'::regclass, oid, 0, kind, name FROM routine
    UNION ALL SELECT 'pg_constraint'::regclass, c.oid, 0, 'constraint',
            coalesce(r.name, t.name) || '.' || quote_ident(c.conname)
        FROM pg_constraint c LEFT JOIN relation r ON r.oid = c.conrelid LEFT JOIN type t ON t.oid = c.contypid
        WHERE coalesce(r.name, t.name) IS NOT NULL
    UNION ALL SELECT 'pg_trigger'::regclass, t.oid, 0, 'trigger', r.name || '.' || quote_ident(t.tgname)
        FROM pg_trigger t JOIN relation r ON r.oid = t.tgrelid WHERE NOT t.tgisinternal OR (t.tgparentid <> 0 AND t.tgconstraint = 0)
    UNION ALL SELECT 'pg_rewrite'::regclass, w.oid, 0, 'rule', r.name || '.' || quote_ident(w.rulename)
        FROM pg_rewrite w JOIN relation r ON r.oid = w.ev_class
    UNION ALL SELECT 'pg_policy'::regclass, p.oid, 0, 'policy', r.name || '.' || quote_ident(p.polname)
        FROM pg_policy p JOIN relation r ON r.oid = p.polrelid
    UNION ALL SELECT 'pg_statistic_ext'::regclass, e.oid, 0, 'statistics', s.name || '.' || quote_ident(e.stxname)
        FROM pg_statistic_ext e JOIN space s ON s.oid = e.stxnamespace
    UNION ALL SELECT classid, objid, 0, kind, name FROM identified
)
