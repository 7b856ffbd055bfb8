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
)
SELECT r.oid, r.name, r.quoted, coalesce(c.columns, '[]'), concat_ws(' | ', c.signature, k.signature),
       coalesce(k.refers_to, '[]')
FROM relation r,
     -- One table after another, each by index.
     LATERAL (SELECT json_agg(json_build_array(attname, format('%s:%s:%s', attnum, atttypid, atttypmod), quote_ident(attname),
                         atttypid = 'json'::regtype, (SELECT typcategory = 'D' FROM pg_type t WHERE t.oid = atttypid))
                         ORDER BY attnum) AS columns,
                     string_agg(concat_ws(':', attnum, attname, atttypid, atttypmod, attnotnull, attgenerated, atthasdef), ' '
                         ORDER BY attnum) AS signature
              FROM pg_attribute WHERE attrelid = r.oid AND attnum > 0 AND NOT attisdropped) c,
     LATERAL (SELECT string_agg(concat_ws(':', k.oid, convalidated), ' ' ORDER BY k.oid) AS signature,
                     json_agg(confrelid::text) FILTER (WHERE contype = 'f' AND confrelid <> conrelid) AS refers_to
              FROM pg_constraint k
              WHERE conrelid = r.oid AND contype IN ('c', 'f', 'p', 'u', 'x') AND conparentid = 0) k
