-- Not a property: the names of the relations that change together with a table, by its number.
SELECT 'relation of', r.name, coalesce(i.indrelid, r.oid)::text, r.kind
FROM relation r LEFT JOIN pg_index i ON i.indexrelid = r.oid
