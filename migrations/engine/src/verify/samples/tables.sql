-- One document: some tables, with what is needed to write rows into them. $1 are their numbers.
WITH relation AS (
    SELECT c.oid, format('%I.%I', n.nspname, c.relname) AS quoted, n.nspname || '.' || c.relname AS name, c.relkind
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.oid = ANY ($1)
),
attribute_of AS (
    SELECT a.*, r.relkind, b.typname, b.typtype, b.oid AS base, e.oid IS NOT NULL AS is_array, e.oid AS element,
           t.typtype = 'd' OR coalesce(e.typtype = 'd', false) AS has_domain, d.adbin
    FROM relation r
    JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
    JOIN pg_type t ON t.oid = a.atttypid
    -- The type that a domain, or an array of it, is made of.
    LEFT JOIN pg_type o ON t.typtype = 'd' AND o.oid = t.typbasetype
    LEFT JOIN pg_type e ON coalesce(o.typcategory, t.typcategory) = 'A' AND e.oid = coalesce(o.typelem, t.typelem)
    LEFT JOIN pg_type u ON e.typtype = 'd' AND u.oid = e.typbasetype
    JOIN pg_type b ON b.oid = coalesce(u.oid, e.oid, o.oid, t.oid)
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
),
-- Conditions on a column alone, and what they say of its domain.
condition AS (
    SELECT a.attrelid, a.attnum, pg_get_expr(k.conbin, k.conrelid) AS expression, true AS is_of_table
    FROM attribute_of a JOIN pg_constraint k ON k.conrelid = a.attrelid AND k.contype = 'c' AND k.conkey = ARRAY[a.attnum]
    UNION ALL
    SELECT a.attrelid, a.attnum, pg_get_constraintdef(k.oid), false
    FROM attribute_of a JOIN pg_constraint k ON k.contypid IN (a.atttypid, a.element) AND k.contype = 'c'
    WHERE a.has_domain
    UNION ALL
    -- A row has to fit into one of the partitions.
    SELECT a.attrelid, a.attnum,
           (SELECT string_agg(format('(%s)', coalesce(pg_get_partition_constraintdef(x.relid), 'true')), ' OR ')
            FROM pg_partition_tree(a.attrelid) x WHERE x.isleaf),
           true
    FROM attribute_of a JOIN pg_partitioned_table p ON p.partrelid = a.attrelid AND p.partnatts = 1 AND p.partattrs[0] = a.attnum
),
-- A partitioned table without partitions has none.
condition_of AS (
    SELECT attrelid, attnum, json_agg(expression) FILTER (WHERE is_of_table AND expression IS NOT NULL) AS of_table,
           string_agg(expression, ' ') FILTER (WHERE NOT is_of_table) AS of_domain
    FROM condition GROUP BY attrelid, attnum
),
attribute AS (
    SELECT a.attrelid, a.attnum,
           json_build_object(
               'name', a.attname,
               'quoted', quote_ident(a.attname),
               'type', format_type(a.atttypid, a.atttypmod),
               'base', a.typname,
               'is_array', a.is_array,
               -- Characters, or bits, that it holds at most; digits before the point.
               'length', CASE WHEN a.atttypmod > 0 THEN CASE
                   WHEN a.typname IN ('varchar', 'bpchar') THEN a.atttypmod - 4
                   WHEN a.typname IN ('bit', 'varbit') THEN a.atttypmod
                   WHEN a.typname = 'numeric' THEN ((a.atttypmod - 4) >> 16 & 65535) - ((a.atttypmod - 4) & 2047) END END,
               'labels', CASE WHEN a.typtype = 'e'
                   THEN (SELECT coalesce(json_agg(enumlabel ORDER BY enumsortorder), '[]') FROM pg_enum WHERE enumtypid = a.base)
                   ELSE '[]' END,
               'subtype', CASE WHEN a.typtype IN ('r', 'm')
                   THEN (SELECT s.typname FROM pg_range g JOIN pg_type s ON s.oid = g.rngsubtype
                         WHERE a.base IN (g.rngtypid, g.rngmultitypid)) END,
               'is_multirange', a.typtype = 'm',
               'default', CASE WHEN a.attgenerated = '' THEN pg_get_expr(a.adbin, a.attrelid) END,
               'conditions', coalesce(c.of_table, '[]'),
               'domain', c.of_domain,
               'is_key', EXISTS (SELECT FROM pg_index i WHERE i.indrelid = a.attrelid AND a.attnum = ANY (i.indkey)
                                   AND (i.indisunique OR i.indisexclusion)),
               'is_needed', a.attnotnull AND NOT a.atthasdef AND a.attidentity = '',
               'is_nullable', NOT a.attnotnull,
               'is_generated', a.attgenerated <> '',
               'refers_to', (SELECT json_build_object('oid', k.confrelid::text, 'table', k.confrelid::regclass::text,
                                                      'column', r.attname, 'quoted', quote_ident(r.attname))
                             FROM pg_constraint k, generate_subscripts(k.conkey, 1) AS i
                             JOIN pg_attribute r ON true
                             WHERE k.conrelid = a.attrelid AND k.contype = 'f' AND k.conkey[i] = a.attnum
                               AND r.attrelid = k.confrelid AND r.attnum = k.confkey[i]
                             ORDER BY k.conparentid, k.oid LIMIT 1)) AS attribute
    FROM attribute_of a LEFT JOIN condition_of c ON c.attrelid = a.attrelid AND c.attnum = a.attnum
)
SELECT coalesce(json_agg(json_build_object(
           'oid', oid::text,
           'name', name,
           'quoted', quoted,
           'columns', coalesce(columns, '[]')
       ) ORDER BY name), '[]')
FROM relation
LEFT JOIN (SELECT attrelid, json_agg(attribute ORDER BY attnum) AS columns FROM attribute GROUP BY attrelid) a
    ON a.attrelid = relation.oid
