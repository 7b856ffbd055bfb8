WITH
-- What belongs to an extension comes and goes with it (deptype 'e').
extension_member AS (
    SELECT classid, objid FROM pg_depend WHERE deptype = 'e'
),
space AS (
    SELECT n.oid, quote_ident(n.nspname) AS name, n.nspowner, n.nspacl
    FROM pg_namespace n
    WHERE n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema'
      AND ('pg_namespace'::regclass, n.oid) NOT IN (SELECT classid, objid FROM extension_member)
),
relation AS (
    SELECT c.*, s.name || '.' || quote_ident(c.relname) AS name,
           CASE c.relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'table' WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view'
               WHEN 'S' THEN 'sequence' WHEN 'f' THEN 'foreign table' WHEN 'c' THEN 'composite type' ELSE 'index' END AS kind
    FROM pg_class c JOIN space s ON s.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f', 'c', 'i', 'I')
      AND c.relname NOT IN ('refinery_schema_history', 'refinery_schema_history_pkey',
                            'branchline_progress', 'branchline_progress_pkey', 'branchline_log')
      AND ('pg_class'::regclass, c.oid) NOT IN (SELECT classid, objid FROM extension_member)
),
routine AS (
    SELECT p.*, s.name || '.' || quote_ident(p.proname) || '(' || pg_get_function_identity_arguments(p.oid) || ')' AS name,
           CASE p.prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' ELSE 'function' END AS kind
    FROM pg_proc p JOIN space s ON s.oid = p.pronamespace
    WHERE ('pg_proc'::regclass, p.oid) NOT IN (SELECT classid, objid FROM extension_member)
),
type AS (
    SELECT t.*, s.name || '.' || quote_ident(t.typname) AS name,
           CASE t.typtype WHEN 'e' THEN 'enum' WHEN 'd' THEN 'domain' WHEN 'r' THEN 'range' ELSE 'type' END AS kind
    FROM pg_type t JOIN space s ON s.oid = t.typnamespace
    WHERE t.typtype IN ('e', 'd', 'r')
      AND ('pg_type'::regclass, t.oid) NOT IN (SELECT classid, objid FROM extension_member)
),
-- Objects whose whole definition is rare in migrations: that they are there, and their comments.
other AS (
    SELECT 'pg_operator'::regclass::oid AS classid, oid AS objid FROM pg_operator
    UNION ALL SELECT 'pg_opclass'::regclass, oid FROM pg_opclass
    UNION ALL SELECT 'pg_opfamily'::regclass, oid FROM pg_opfamily
    UNION ALL SELECT 'pg_cast'::regclass, oid FROM pg_cast
    UNION ALL SELECT 'pg_collation'::regclass, oid FROM pg_collation
    UNION ALL SELECT 'pg_conversion'::regclass, oid FROM pg_conversion
    UNION ALL SELECT 'pg_ts_config'::regclass, oid FROM pg_ts_config
    UNION ALL SELECT 'pg_ts_dict'::regclass, oid FROM pg_ts_dict
    UNION ALL SELECT 'pg_language'::regclass, oid FROM pg_language
    UNION ALL SELECT 'pg_foreign_data_wrapper'::regclass, oid FROM pg_foreign_data_wrapper
    UNION ALL SELECT 'pg_foreign_server'::regclass, oid FROM pg_foreign_server
    UNION ALL SELECT 'pg_publication'::regclass, oid FROM pg_publication
    UNION ALL SELECT 'pg_event_trigger'::regclass, oid FROM pg_event_trigger
    UNION ALL SELECT 'pg_extension'::regclass, oid FROM pg_extension
),
identified AS (
    -- The first 16383 numbers are initdb's (FirstNormalObjectId).
    SELECT o.classid, o.objid, i.type AS kind, i.identity AS name
    FROM other o, pg_identify_object(o.classid, o.objid, 0) i
    WHERE o.objid >= 16384 AND (o.classid, o.objid) NOT IN (SELECT classid, objid FROM extension_member)
),
fact (kind, name, property, value) AS (
    -- The first of a UNION sets the types: as name, values would be cut at 63 bytes.
    SELECT 'schema', name, 'owner', pg_get_userbyid(nspowner)::text FROM space
    UNION ALL SELECT 'schema', name, 'privileges', nspacl::text FROM space
    UNION ALL SELECT 'schema', name, 'comment', obj_description(oid, 'pg_namespace') FROM space

    UNION ALL SELECT kind, name, 'owner', pg_get_userbyid(relowner) FROM relation
    UNION ALL SELECT kind, name, 'privileges',
        (SELECT string_agg(a::text, ' ' ORDER BY a::text) FROM unnest(relacl) a) FROM relation
    UNION ALL SELECT kind, name, 'comment', obj_description(oid, 'pg_class') FROM relation
    UNION ALL SELECT kind, name, 'options',
        (SELECT string_agg(o, ' ' ORDER BY o) FROM unnest(reloptions) o) FROM relation
    UNION ALL SELECT kind, name, 'persistence',
        CASE relpersistence WHEN 'p' THEN 'logged' WHEN 'u' THEN 'unlogged' ELSE 'temporary' END FROM relation
    UNION ALL SELECT kind, name, 'row security',
        CASE WHEN relforcerowsecurity THEN 'forced' WHEN relrowsecurity THEN 'on' END FROM relation
    UNION ALL SELECT kind, name, 'replica identity', relreplident::text FROM relation WHERE relkind IN ('r', 'p', 'm')
    UNION ALL SELECT kind, name, 'partitioned by', pg_get_partkeydef(oid) FROM relation WHERE relkind = 'p'
    UNION ALL SELECT kind, name, 'partition', pg_get_expr(relpartbound, oid) FROM relation WHERE relispartition
    UNION ALL SELECT kind, name, 'inherits',
        (SELECT string_agg(inhparent::regclass::text, ', ' ORDER BY inhseqno) FROM pg_inherits WHERE inhrelid = oid)
        FROM relation
    UNION ALL SELECT kind, name, 'definition', pg_get_viewdef(oid) FROM relation WHERE relkind IN ('v', 'm')
    UNION ALL SELECT kind, name, 'tablespace', (SELECT spcname::text FROM pg_tablespace t WHERE t.oid = reltablespace)
        FROM relation

    UNION ALL SELECT 'index', r.name, p.property, p.value
    FROM relation r JOIN pg_index i ON i.indexrelid = r.oid, LATERAL (VALUES
        ('definition', pg_get_indexdef(i.indexrelid)),
        ('usable', CASE WHEN i.indisvalid THEN 'yes' ELSE 'no' END),
        ('clustered', CASE WHEN i.indisclustered THEN 'yes' END),
        ('replica identity', CASE WHEN i.indisreplident THEN 'yes' END)) p (property, value)

    UNION ALL SELECT 'sequence', r.name, p.property, p.value
    FROM relation r JOIN pg_sequence s ON s.seqrelid = r.oid, LATERAL (VALUES
        ('definition', format('%s start %s increment %s min %s max %s cache %s%s', format_type(seqtypid, NULL), seqstart,
            seqincrement, seqmin, seqmax, seqcache, CASE WHEN seqcycle THEN ' cycle' ELSE '' END)),
        ('owned by', (SELECT format('%s.%I (%s)', d.refobjid::regclass, a.attname, d.deptype)
            FROM pg_depend d JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
            WHERE d.classid = 'pg_class'::regclass AND d.objid = r.oid AND d.deptype IN ('a', 'i')
              AND d.refclassid = 'pg_class'::regclass))) p (property, value)

    UNION ALL SELECT 'column', r.name || '.' || quote_ident(a.attname), p.property, p.value
    FROM relation r
    -- The place among those that are there: attnum also counts columns that were dropped.
    JOIN (SELECT *, row_number() OVER (PARTITION BY attrelid ORDER BY attnum) AS place
          FROM pg_attribute WHERE attnum > 0 AND NOT attisdropped) a ON a.attrelid = r.oid
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum, LATERAL (VALUES
        ('place', a.place::text),
        ('type', format_type(a.atttypid, a.atttypmod)),
        ('not null', CASE WHEN a.attnotnull THEN 'yes' END),
        ('default', CASE WHEN a.attgenerated = '' THEN pg_get_expr(d.adbin, d.adrelid) END),
        ('generated', CASE WHEN a.attgenerated <> '' THEN pg_get_expr(d.adbin, d.adrelid) END),
        ('identity', CASE a.attidentity WHEN 'a' THEN 'always' WHEN 'd' THEN 'by default' END),
        ('collation', (SELECT format('%I.%I', n.nspname, c.collname) FROM pg_collation c
            JOIN pg_namespace n ON n.oid = c.collnamespace WHERE c.oid = a.attcollation)),
        ('storage', a.attstorage::text),
        ('compression', nullif(a.attcompression::text, '')),
        ('statistics', nullif(a.attstattarget, -1)::text),
        ('options', a.attoptions::text),
        ('privileges', (SELECT string_agg(x::text, ' ' ORDER BY x::text) FROM unnest(a.attacl) x)),
        ('comment', col_description(a.attrelid, a.attnum))) p (property, value)
    WHERE r.relkind IN ('r', 'p', 'v', 'm', 'f', 'c')

    UNION ALL SELECT 'constraint', coalesce(r.name, t.name) || '.' || quote_ident(c.conname), p.property, p.value
    FROM pg_constraint c LEFT JOIN relation r ON r.oid = c.conrelid LEFT JOIN type t ON t.oid = c.contypid, LATERAL (VALUES
        ('definition', pg_get_constraintdef(c.oid)),
        ('validated', CASE WHEN c.convalidated THEN 'yes' ELSE 'no' END),
        ('inherited', CASE WHEN NOT c.conislocal THEN 'yes' END),
        ('comment', obj_description(c.oid, 'pg_constraint'))) p (property, value)
    WHERE coalesce(r.name, t.name) IS NOT NULL

    UNION ALL SELECT 'trigger', r.name || '.' || quote_ident(t.tgname), p.property, p.value
    FROM pg_trigger t JOIN relation r ON r.oid = t.tgrelid, LATERAL (VALUES
        ('definition', pg_get_triggerdef(t.oid)),
        ('enabled', t.tgenabled::text),
        ('comment', obj_description(t.oid, 'pg_trigger'))) p (property, value)
    WHERE NOT t.tgisinternal

    UNION ALL SELECT 'rule', r.name || '.' || quote_ident(w.rulename), p.property, p.value
    FROM pg_rewrite w JOIN relation r ON r.oid = w.ev_class, LATERAL (VALUES
        ('definition', pg_get_ruledef(w.oid)),
        ('enabled', w.ev_enabled::text),
        ('comment', obj_description(w.oid, 'pg_rewrite'))) p (property, value)
    WHERE w.rulename <> '_RETURN'

    UNION ALL SELECT 'policy', r.name || '.' || quote_ident(o.polname), p.property, p.value
    FROM pg_policy o JOIN relation r ON r.oid = o.polrelid, LATERAL (VALUES
        ('command', o.polcmd::text || CASE WHEN o.polpermissive THEN ' permissive' ELSE ' restrictive' END),
        ('roles', (SELECT string_agg(CASE x WHEN 0 THEN 'public' ELSE pg_get_userbyid(x)::text END, ', ' ORDER BY x)
            FROM unnest(o.polroles) x)),
        ('using', pg_get_expr(o.polqual, o.polrelid)),
        ('check', pg_get_expr(o.polwithcheck, o.polrelid)),
        ('comment', obj_description(o.oid, 'pg_policy'))) p (property, value)

    UNION ALL SELECT 'statistics', s.name || '.' || quote_ident(e.stxname), p.property, p.value
    FROM pg_statistic_ext e JOIN space s ON s.oid = e.stxnamespace, LATERAL (VALUES
        ('definition', pg_get_statisticsobjdef(e.oid)),
        ('owner', pg_get_userbyid(e.stxowner)::text),
        ('comment', obj_description(e.oid, 'pg_statistic_ext'))) p (property, value)

    UNION ALL SELECT r.kind, r.name, p.property, p.value
    FROM routine r, LATERAL (VALUES
        ('definition', CASE WHEN r.prokind <> 'a' THEN pg_get_functiondef(r.oid)
            ELSE (SELECT concat_ws(' ', a.aggtransfn, a.aggfinalfn, format_type(a.aggtranstype, NULL), a.agginitval)
                  FROM pg_aggregate a WHERE a.aggfnoid = r.oid) END),
        ('owner', pg_get_userbyid(r.proowner)::text),
        ('privileges', (SELECT string_agg(x::text, ' ' ORDER BY x::text) FROM unnest(r.proacl) x)),
        ('comment', obj_description(r.oid, 'pg_proc'))) p (property, value)

    UNION ALL SELECT t.kind, t.name, p.property, p.value
    FROM type t, LATERAL (VALUES
        ('labels', (SELECT string_agg(quote_literal(e.enumlabel), ', ' ORDER BY e.enumsortorder)
            FROM pg_enum e WHERE e.enumtypid = t.oid)),
        ('base', CASE WHEN t.typtype = 'd' THEN format_type(t.typbasetype, t.typtypmod) END),
        ('subtype', (SELECT format_type(g.rngsubtype, NULL) FROM pg_range g WHERE g.rngtypid = t.oid)),
        ('not null', CASE WHEN t.typnotnull THEN 'yes' END),
        ('default', t.typdefault),
        ('owner', pg_get_userbyid(t.typowner)::text),
        ('privileges', (SELECT string_agg(x::text, ' ' ORDER BY x::text) FROM unnest(t.typacl) x)),
        ('comment', obj_description(t.oid, 'pg_type'))) p (property, value)

    UNION ALL SELECT 'default privileges',
        concat_ws(' ', pg_get_userbyid(d.defaclrole), s.name, d.defaclobjtype), 'privileges',
        (SELECT string_agg(x::text, ' ' ORDER BY x::text) FROM unnest(d.defaclacl) x)
    FROM pg_default_acl d LEFT JOIN space s ON s.oid = d.defaclnamespace

    UNION ALL SELECT kind, name, 'there', 'yes' FROM identified
    UNION ALL SELECT kind, name, 'comment', obj_description(objid, classid::regclass::name) FROM identified
    UNION ALL SELECT 'extension', quote_ident(extname), 'version', extversion FROM pg_extension WHERE oid >= 16384
    UNION ALL SELECT 'extension', quote_ident(extname), 'schema', extnamespace::regnamespace::text
        FROM pg_extension WHERE oid >= 16384
)
SELECT kind, name, property, value FROM fact WHERE value IS NOT NULL
