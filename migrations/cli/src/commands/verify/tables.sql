-- One document: the tables that migrations make, with what is needed to write rows into them.
WITH relation AS (
    SELECT c.oid, format('%I.%I', n.nspname, c.relname) AS quoted, n.nspname || '.' || c.relname AS name
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relpersistence <> 't'
      AND n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema'
      AND c.relname NOT IN ('refinery_schema_history', 'branchline_progress', 'branchline_log')
      AND NOT EXISTS (SELECT FROM pg_depend d
                      WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
),
-- Each type with the one that a domain, or an array of it, is made of.
plain AS (
    SELECT t.oid, coalesce(e.oid, b.oid, t.oid) AS base, e.oid IS NOT NULL AS is_array
    FROM pg_type t
    LEFT JOIN pg_type b ON t.typtype = 'd' AND b.oid = t.typbasetype
    LEFT JOIN pg_type e ON coalesce(b.typcategory, t.typcategory) = 'A' AND e.oid = coalesce(b.typelem, t.typelem)
),
attribute AS (
    SELECT a.attrelid,
           json_build_object(
               'name', a.attname,
               'quoted', quote_ident(a.attname),
               'type', format_type(a.atttypid, a.atttypmod),
               'base', b.typname,
               'is_array', p.is_array,
               -- What an enum, or a check of this column alone, names.
               'words', coalesce(
                   (SELECT json_agg(enumlabel ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = b.oid),
                   (SELECT json_agg(word[1])
                    FROM pg_constraint k, regexp_matches(pg_get_constraintdef(k.oid), '''([^'']*)''', 'g') AS word
                    WHERE k.conrelid = a.attrelid AND k.contype = 'c' AND k.conkey = ARRAY[a.attnum]),
                   '[]'),
               'is_needed', a.attnotnull AND NOT a.atthasdef AND a.attidentity = '',
               'is_the_servers', a.attgenerated <> '' OR a.attidentity = 'a',
               'refers_to', (SELECT format('SELECT %I FROM %s', r.attname, k.confrelid::regclass)
                             FROM pg_constraint k, generate_subscripts(k.conkey, 1) AS i
                             JOIN pg_attribute r ON true
                             WHERE k.conrelid = a.attrelid AND k.contype = 'f' AND k.conkey[i] = a.attnum
                               AND r.attrelid = k.confrelid AND r.attnum = k.confkey[i]
                             LIMIT 1)) AS attribute,
           a.attnum
    FROM pg_attribute a
    JOIN plain p ON p.oid = a.atttypid
    JOIN pg_type b ON b.oid = p.base
    WHERE a.attnum > 0 AND NOT a.attisdropped
)
SELECT coalesce(json_agg(json_build_object(
           'name', name,
           'quoted', quoted,
           'refers_to', (SELECT coalesce(json_agg(other.name), '[]')
                         FROM pg_constraint k JOIN relation other ON other.oid = k.confrelid
                         WHERE k.contype = 'f' AND k.conrelid = relation.oid AND k.confrelid <> k.conrelid),
           'columns', (SELECT coalesce(json_agg(attribute ORDER BY attnum), '[]') FROM attribute WHERE attrelid = relation.oid)
       ) ORDER BY name), '[]')
FROM relation
