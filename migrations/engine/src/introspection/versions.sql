-- For each relation that has parts: how many rows of the system's tables are about it, and whether one of
-- them was written by transaction $1 or a later one. Rows that are gone are missing in the number, so that
-- the two tell every change. Tables whose rows go only with those of another are not counted. 1 stands for
-- what no relation's properties hold, 0 for what some may. $2: whether rows that every database begins with
-- may have been updated.
WITH relation AS MATERIALIZED (
    SELECT c.oid, age(c.xmin) <= age($1) AS is_new,
           -- An index changes with its table, and so does the table for long values.
           CASE WHEN c.relnamespace IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace) THEN 0
               ELSE coalesce(i.indrelid, o.oid, c.oid) END AS root
    FROM pg_class c
    LEFT JOIN pg_index i ON i.indexrelid = c.oid
    LEFT JOIN pg_class o ON c.relkind = 't' AND o.reltoastrelid = c.oid
    WHERE c.oid >= 16384
)
SELECT string_agg(concat_ws(' ', root, count, is_new::int), ',')
FROM (
    SELECT coalesce(root, 0) AS root, sum(count) AS count, bool_or(is_new) AS is_new
    FROM (
        SELECT root, 1 AS count, is_new FROM relation
        UNION ALL SELECT coalesce(nullif(conrelid, 0), 1), 1, age(xmin) <= age($1) FROM pg_constraint WHERE oid >= 16384
        UNION ALL SELECT tgrelid, 1, age(xmin) <= age($1) FROM pg_trigger
        UNION ALL SELECT ev_class, 1, age(xmin) <= age($1) FROM pg_rewrite WHERE oid >= 16384
        UNION ALL SELECT polrelid, 1, age(xmin) <= age($1) FROM pg_policy
        UNION ALL SELECT r.root, 1, age(h.xmin) <= age($1)
            FROM pg_inherits h JOIN relation r ON r.oid = h.inhrelid
        UNION ALL SELECT coalesce(nullif(t.typrelid, 0), nullif(e.typrelid, 0), 1), 1, age(t.xmin) <= age($1)
            FROM pg_type t LEFT JOIN pg_type e ON e.oid = t.typelem AND e.typarray = t.oid WHERE t.oid >= 16384
        UNION ALL SELECT CASE WHEN d.classoid = 'pg_class'::regclass THEN r.root
                WHEN d.classoid IN ('pg_proc'::regclass, 'pg_namespace'::regclass) THEN 1 ELSE 0 END, 1, age(d.xmin) <= age($1)
            FROM pg_description d LEFT JOIN relation r ON r.oid = d.objoid WHERE d.objoid >= 16384
        UNION ALL SELECT 1, 1, age(d.xmin) <= age($1)
            FROM pg_namespace n JOIN pg_description d ON d.objoid = n.oid AND d.classoid = 'pg_namespace'::regclass
            WHERE n.oid < 16384
        -- Who owns a sequence, and what an extension has to do with.
        UNION ALL SELECT s.seqrelid, 1, age(d.xmin) <= age($1)
            FROM pg_sequence s JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = s.seqrelid
            WHERE d.refclassid = 'pg_class'::regclass
        UNION ALL SELECT 0, 1, age(xmin) <= age($1) FROM pg_depend WHERE refclassid = 'pg_extension'::regclass
        -- Privileges on what every database begins with.
        UNION ALL SELECT 0, 0, true FROM pg_class WHERE oid < 16384 AND age(xmin) <= age($1)
        UNION ALL SELECT 0, 0, true FROM pg_attribute WHERE $2 AND attrelid < 16384 AND age(xmin) <= age($1)
        UNION ALL SELECT 0, 0, true FROM pg_type WHERE $2 AND oid < 16384 AND age(xmin) <= age($1)
        UNION ALL SELECT r.root, 0, true FROM pg_attribute a LEFT JOIN relation r ON r.oid = a.attrelid
            WHERE a.attrelid >= 16384 AND age(a.xmin) <= age($1)
        UNION ALL SELECT adrelid, 0, true FROM pg_attrdef WHERE age(xmin) <= age($1)
        UNION ALL SELECT indrelid, 0, true FROM pg_index WHERE indexrelid >= 16384 AND age(xmin) <= age($1)
        UNION ALL SELECT seqrelid, 0, true FROM pg_sequence WHERE age(xmin) <= age($1)
        UNION ALL SELECT partrelid, 0, true FROM pg_partitioned_table WHERE age(xmin) <= age($1)
        UNION ALL SELECT ftrelid, 0, true FROM pg_foreign_table WHERE age(xmin) <= age($1)) one
    GROUP BY coalesce(root, 0)) known
