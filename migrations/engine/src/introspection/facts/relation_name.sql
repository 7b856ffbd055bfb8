-- Not properties: the names of the relations that change together with a table, by its number, and those by
-- which others name them and their columns.
SELECT 'relation of', r.name, coalesce(i.indrelid, r.oid)::text, r.kind
FROM named r LEFT JOIN pg_index i ON i.indexrelid = r.oid
UNION ALL
SELECT 'names of', '', root::text, array_agg(name)::text
FROM (SELECT coalesce(i.indrelid, r.oid) AS root, format('%s 0 %s %s', r.oid, r.relnamespace, r.relname) AS name
      FROM named r LEFT JOIN pg_index i ON i.indexrelid = r.oid
      UNION ALL SELECT r.oid, format('%s %s %s', r.oid, a.attnum, a.attname)
      FROM named r JOIN pg_attribute a ON a.attrelid = r.oid
      WHERE r.relkind IN ('r', 'p', 'v', 'm', 'f', 'c') AND a.attnum > 0 AND NOT a.attisdropped) naming
GROUP BY root
