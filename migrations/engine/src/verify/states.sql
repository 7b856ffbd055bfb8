-- One row a table that migrations made: what tells whether its columns, or its rows, are others than they
-- were.
WITH RECURSIVE relation AS (
    SELECT c.oid, format('%I.%I', n.nspname, c.relname) AS quoted, n.nspname || '.' || c.relname AS name
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relpersistence <> 't'
      AND n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema'
      AND c.relname NOT IN ({bookkeeping})
      AND NOT EXISTS (SELECT FROM pg_depend d
                      WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
),
-- Each table with its partitions and heirs, whose rows a query of it reads.
member (root, oid) AS (
    SELECT oid, oid FROM relation
    UNION SELECT m.root, i.inhrelid FROM member m JOIN pg_inherits i ON i.inhparent = m.oid
),
storage AS (
    SELECT root,
           -- A rewrite or TRUNCATE makes another file, all else is counted by the server.
           string_agg(format('%s:%s:%s:%s', pg_relation_filenode(oid), pg_stat_get_tuples_inserted(oid),
               pg_stat_get_tuples_updated(oid), pg_stat_get_tuples_deleted(oid)), ' ' ORDER BY oid) AS rows,
           sum(pg_stat_get_tuples_inserted(oid))::text AS inserted,
           sum(pg_relation_size(oid)) AS size
    FROM member GROUP BY root
),
columns AS (
    SELECT attrelid,
           json_agg(json_build_array(attname, format('%s:%s:%s', attnum, atttypid, atttypmod), quote_ident(attname),
               atttypid = 'json'::regtype, (SELECT typcategory = 'D' FROM pg_type t WHERE t.oid = atttypid)) ORDER BY attnum)
               AS columns,
           string_agg(concat_ws(':', attnum, attname, atttypid, atttypmod, attnotnull, attgenerated, atthasdef), ' ' ORDER BY attnum)
               AS signature
    FROM pg_attribute JOIN relation ON oid = attrelid WHERE attnum > 0 AND NOT attisdropped GROUP BY attrelid
),
constraints AS (
    SELECT conrelid, string_agg(concat_ws(':', oid, convalidated), ' ' ORDER BY oid) AS signature,
           json_agg(confrelid::text) FILTER (WHERE contype = 'f' AND confrelid <> conrelid) AS refers_to
    FROM pg_constraint WHERE contype IN ('c', 'f', 'p', 'u', 'x') AND conparentid = 0 GROUP BY conrelid
)
SELECT r.oid, r.name, r.quoted, coalesce(c.columns, '[]'), s.size <= 32768, s.inserted,
       -- Labels can be renamed without the tables being touched. Without counters nothing is known.
       CASE WHEN current_setting('track_counts')::bool AND current_setting('server_version_num')::int >= 150000
           THEN concat_ws(' ', s.rows, (SELECT sum(hashtextextended(enumlabel, oid::bigint)) FROM pg_enum)) END,
       concat_ws(' | ', c.signature, k.signature, (SELECT string_agg(oid::text, ' ' ORDER BY oid) FROM member WHERE root = r.oid)),
       coalesce(k.refers_to, '[]'),
       s.size = 0
FROM relation r
JOIN storage s ON s.root = r.oid
LEFT JOIN columns c ON c.attrelid = r.oid
LEFT JOIN constraints k ON k.conrelid = r.oid
ORDER BY r.name
