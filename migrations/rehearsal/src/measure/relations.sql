SELECT c.oid, format('%I.%I', n.nspname, c.relname), c.relkind, coalesce(pg_relation_filenode(c.oid), 0),
    -- A table with its TOAST table and maps; an index by itself.
    CASE WHEN c.relkind IN ('r', 'm') THEN pg_table_size(c.oid) WHEN c.relkind = 'i' THEN pg_relation_size(c.oid) ELSE 0 END,
    greatest(c.reltuples, 0)::bigint, pg_stat_get_xact_tuples_returned(c.oid), coalesce(i.indrelid, 0)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_index i ON i.indexrelid = c.oid
WHERE c.relkind IN ('r', 'p', 'm', 'v', 'f', 'S', 'i', 'I') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
    AND c.relname NOT IN ({bookkeeping})
