-- One row a table that migrations made: its columns and constraints, and what tells whether they are others
-- than they were. {among} bounds the tables.
WITH relation AS (
    SELECT c.oid, format('%I.%I', n.nspname, c.relname) AS quoted, n.nspname || '.' || c.relname AS name
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relpersistence <> 't' AND c.oid >= 16384 {among}
      AND n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema'
      AND c.relname NOT IN ({bookkeeping})
      AND NOT EXISTS (SELECT FROM pg_depend d
                      WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
),
columns AS (
    SELECT attrelid,
           json_agg(json_build_array(attname, format('%s:%s:%s', attnum, atttypid, atttypmod), quote_ident(attname),
               atttypid = 'json'::regtype, (SELECT typcategory = 'D' FROM pg_type t WHERE t.oid = atttypid)) ORDER BY attnum)
               AS columns,
           string_agg(concat_ws(':', attnum, attname, atttypid, atttypmod, attnotnull, attgenerated, atthasdef), ' ' ORDER BY attnum)
               AS signature
    FROM relation JOIN pg_attribute ON attrelid = oid WHERE attnum > 0 AND NOT attisdropped GROUP BY attrelid
),
constraints AS (
    SELECT conrelid, string_agg(concat_ws(':', k.oid, convalidated), ' ' ORDER BY k.oid) AS signature,
           json_agg(confrelid::text) FILTER (WHERE contype = 'f' AND confrelid <> conrelid) AS refers_to
    FROM relation r JOIN pg_constraint k ON k.conrelid = r.oid
    WHERE contype IN ('c', 'f', 'p', 'u', 'x') AND conparentid = 0 GROUP BY conrelid
)
SELECT r.oid, r.name, r.quoted, coalesce(c.columns, '[]'),
       concat_ws(' | ', c.signature, k.signature),
       coalesce(k.refers_to, '[]')
FROM relation r
LEFT JOIN columns c ON c.attrelid = r.oid
LEFT JOIN constraints k ON k.conrelid = r.oid
