-- The relations about which a row of the system's tables was written by transaction $1 or a later one, as
-- versions.sql tells them, where no row is gone, with its 0 and its 1. $2: whether rows that every database
-- begins with may have been updated.
SELECT string_agg(DISTINCT coalesce(root, 0)::text, ',')
FROM (
    SELECT CASE WHEN relation = 1 THEN 1::oid WHEN relation >= 16384 THEN (
               SELECT CASE WHEN c.relnamespace IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace) THEN 0
                   WHEN c.relkind IN ('i', 'I') THEN (SELECT indrelid FROM pg_index WHERE indexrelid = c.oid)
                   WHEN c.relkind = 't' THEN coalesce((SELECT oid FROM pg_class WHERE reltoastrelid = c.oid), c.oid)
                   ELSE c.oid END
               FROM pg_class c WHERE c.oid = relation) END AS root
    FROM (
        SELECT oid AS relation FROM pg_class WHERE age(xmin) <= age($1)
        UNION SELECT attrelid FROM pg_attribute WHERE attrelid >= 16384 AND age(xmin) <= age($1)
        UNION SELECT 0 FROM pg_attribute WHERE $2 AND attrelid < 16384 AND age(xmin) <= age($1)
        UNION SELECT adrelid FROM pg_attrdef WHERE age(xmin) <= age($1)
        UNION SELECT coalesce(nullif(conrelid, 0), 1) FROM pg_constraint WHERE oid >= 16384 AND age(xmin) <= age($1)
        UNION SELECT indrelid FROM pg_index WHERE indexrelid >= 16384 AND age(xmin) <= age($1)
        UNION SELECT tgrelid FROM pg_trigger WHERE age(xmin) <= age($1)
        UNION SELECT ev_class FROM pg_rewrite WHERE oid >= 16384 AND age(xmin) <= age($1)
        UNION SELECT polrelid FROM pg_policy WHERE age(xmin) <= age($1)
        UNION SELECT seqrelid FROM pg_sequence WHERE age(xmin) <= age($1)
        UNION SELECT inhrelid FROM pg_inherits WHERE age(xmin) <= age($1)
        UNION SELECT partrelid FROM pg_partitioned_table WHERE age(xmin) <= age($1)
        UNION SELECT ftrelid FROM pg_foreign_table WHERE age(xmin) <= age($1)
        UNION SELECT coalesce(nullif(t.typrelid, 0), nullif(e.typrelid, 0), 1)
            FROM pg_type t LEFT JOIN pg_type e ON e.oid = t.typelem AND e.typarray = t.oid
            WHERE t.oid >= 16384 AND age(t.xmin) <= age($1)
        UNION SELECT 0 FROM pg_type WHERE $2 AND oid < 16384 AND age(xmin) <= age($1)
        UNION SELECT CASE WHEN classoid = 'pg_class'::regclass THEN objoid
                WHEN classoid IN ('pg_proc'::regclass, 'pg_namespace'::regclass) THEN 1 ELSE 0 END
            FROM pg_description WHERE objoid >= 16384 AND age(xmin) <= age($1)
        UNION SELECT 1
            FROM pg_namespace n JOIN pg_description d ON d.objoid = n.oid AND d.classoid = 'pg_namespace'::regclass
            WHERE n.oid < 16384 AND age(d.xmin) <= age($1)
        UNION SELECT objid FROM pg_depend
            WHERE classid = 'pg_class'::regclass AND objid >= 16384 AND refclassid = 'pg_class'::regclass AND age(xmin) <= age($1)
        UNION SELECT 0 FROM pg_depend WHERE refclassid = 'pg_extension'::regclass AND age(xmin) <= age($1)) one) known
