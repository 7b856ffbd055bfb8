-- Objects that no other query reads: those of classes that none of them knows, and those that somebody made
-- in the system's schemas or added to one of its operator families. Large objects are data.
SELECT 'unmodeled', i.type || ' ' || i.identity, 'there', ''
FROM (
    SELECT d.classid, d.objid FROM pg_depend d
    WHERE d.objid >= 16384 AND d.classid NOT IN (SELECT DISTINCT classid FROM address) AND d.classid NOT IN (
        -- Parts of what is read, and kinds that are there only where somebody makes one.
        'pg_attrdef'::regclass, 'pg_rewrite'::regclass, 'pg_amop'::regclass, 'pg_amproc'::regclass, 'pg_constraint'::regclass,
        'pg_trigger'::regclass, 'pg_policy'::regclass, 'pg_statistic_ext'::regclass, 'pg_publication_rel'::regclass,
        'pg_default_acl'::regclass, 'pg_user_mapping'::regclass, 'pg_largeobject'::regclass, 'pg_namespace'::regclass,
        'pg_class'::regclass, 'pg_type'::regclass, 'pg_proc'::regclass, 'pg_operator'::regclass, 'pg_opclass'::regclass,
        'pg_opfamily'::regclass, 'pg_cast'::regclass, 'pg_collation'::regclass, 'pg_conversion'::regclass,
        'pg_ts_config'::regclass, 'pg_ts_dict'::regclass, 'pg_ts_parser'::regclass, 'pg_ts_template'::regclass,
        'pg_language'::regclass, 'pg_foreign_data_wrapper'::regclass, 'pg_foreign_server'::regclass,
        'pg_publication'::regclass, 'pg_event_trigger'::regclass, 'pg_extension'::regclass, 'pg_am'::regclass,
        'pg_transform'::regclass, 'pg_subscription'::regclass
        , 'pg_publication_namespace'::regclass -- since 15
        )
    UNION SELECT 'pg_class'::regclass, c.oid
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname IN ('pg_catalog', 'information_schema')
    WHERE c.oid >= 16384 AND c.relkind NOT IN ('i', 'I', 't')
    UNION SELECT 'pg_proc'::regclass, p.oid
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace AND n.nspname IN ('pg_catalog', 'information_schema')
    WHERE p.oid >= 16384
    UNION SELECT 'pg_type'::regclass, t.oid
    FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace AND n.nspname IN ('pg_catalog', 'information_schema')
    WHERE t.oid >= 16384 AND t.typtype IN ('e', 'd', 'r', 'b') AND NOT EXISTS (SELECT FROM pg_type e WHERE e.typarray = t.oid)
    UNION SELECT 'pg_amop'::regclass, o.oid FROM pg_amop o
    WHERE o.oid >= 16384 AND o.amopfamily < 16384 AND NOT EXISTS (SELECT FROM pg_depend d
        WHERE d.classid = 'pg_amop'::regclass AND d.objid = o.oid
          AND (d.refclassid = 'pg_opclass'::regclass OR (d.refclassid, d.refobjid) IN (SELECT classid, objid FROM member)))
    UNION SELECT 'pg_amproc'::regclass, o.oid FROM pg_amproc o
    WHERE o.oid >= 16384 AND o.amprocfamily < 16384 AND NOT EXISTS (SELECT FROM pg_depend d
        WHERE d.classid = 'pg_amproc'::regclass AND d.objid = o.oid
          AND (d.refclassid = 'pg_opclass'::regclass OR (d.refclassid, d.refobjid) IN (SELECT classid, objid FROM member)))) o,
LATERAL pg_identify_object(o.classid, o.objid, 0) i
WHERE (o.classid, o.objid) NOT IN (SELECT classid, objid FROM member)
