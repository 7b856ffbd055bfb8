-- The relations $1 that have changed, each with its indexes, and those that name one of them: what is printed
-- of a view, a foreign key, a default, a partition holds names of what it is made of. $3 are the names that
-- they had, as relation_name.sql writes them. Where none of them has changed and none is new, nothing that
-- names them has; where some are new, what a view or a policy is printed as may have. Relations that name a
-- function or a type written by transaction $2 or a later one are read as well. A cast is printed with the
-- type that its function gives, and depends on the function alone. Indexes of which no row is new since
-- transaction $4 are not read, which a table has most of.
changed AS (
    SELECT c AS oid FROM unnest($1) c
    UNION ALL SELECT indexrelid FROM pg_index WHERE indrelid = ANY ($1)
),
naming (oid, name) AS MATERIALIZED (
    SELECT c.oid, format('%s 0 %s %s', c.oid, c.relnamespace, c.relname) FROM changed JOIN pg_class c USING (oid)
    UNION ALL SELECT a.attrelid, format('%s %s %s', a.attrelid, a.attnum, a.attname)
    FROM changed JOIN pg_attribute a ON a.attrelid = changed.oid
    WHERE a.attnum > 0 AND NOT a.attisdropped AND a.attrelid = ANY ($1)
),
former (oid, name) AS (SELECT split_part(f, ' ', 1)::oid, f FROM unnest($3) f),
renaming (is_renamed, is_extended) AS MATERIALIZED (
    SELECT EXISTS (SELECT FROM former WHERE name NOT IN (SELECT name FROM naming) AND oid IN (SELECT oid FROM naming)),
           EXISTS (SELECT FROM naming WHERE name NOT IN (SELECT name FROM former) AND oid IN (SELECT oid FROM former))
),
type_written AS MATERIALIZED (
    SELECT oid FROM pg_type WHERE $2 IS NOT NULL AND oid >= 16384 AND typrelid = 0 AND age(xmin) <= age($2)
),
needed (classid, objid) AS (
    SELECT 'pg_class'::regclass::oid, oid FROM changed WHERE (SELECT is_renamed OR is_extended FROM renaming)
    UNION ALL SELECT 'pg_type'::regclass, t.oid FROM pg_class c JOIN pg_type t ON t.oid = c.reltype
    WHERE c.oid = ANY ($1) AND (SELECT is_renamed FROM renaming)
    UNION ALL SELECT 'pg_type'::regclass, t.typarray FROM pg_class c JOIN pg_type t ON t.oid = c.reltype
    WHERE c.oid = ANY ($1) AND (SELECT is_renamed FROM renaming)
    UNION ALL SELECT 'pg_constraint'::regclass, oid FROM pg_constraint
    WHERE conrelid = ANY ($1) AND (SELECT is_renamed FROM renaming)
    UNION ALL SELECT 'pg_type'::regclass, oid FROM type_written
    UNION ALL SELECT 'pg_proc'::regclass, oid FROM pg_proc
    WHERE $2 IS NOT NULL AND (age(xmin) <= age($2) OR prorettype IN (SELECT oid FROM type_written))
),
-- By the relation that each dependent object is, or belongs to; none where it belongs to no relation.
dependent AS (
    SELECT DISTINCT CASE d.classid
        WHEN 'pg_class'::regclass THEN (SELECT coalesce((SELECT indrelid FROM pg_index WHERE indexrelid = d.objid), d.objid))
        WHEN 'pg_type'::regclass THEN (SELECT nullif(coalesce(nullif(t.typrelid, 0), e.typrelid), 0)
            FROM pg_type t LEFT JOIN pg_type e ON e.oid = t.typelem AND e.typarray = t.oid WHERE t.oid = d.objid)
        WHEN 'pg_constraint'::regclass THEN (SELECT nullif(conrelid, 0) FROM pg_constraint WHERE oid = d.objid)
        WHEN 'pg_attrdef'::regclass THEN (SELECT adrelid FROM pg_attrdef WHERE oid = d.objid)
        WHEN 'pg_rewrite'::regclass THEN (SELECT ev_class FROM pg_rewrite WHERE oid = d.objid)
        WHEN 'pg_trigger'::regclass THEN (SELECT tgrelid FROM pg_trigger WHERE oid = d.objid)
        WHEN 'pg_policy'::regclass THEN (SELECT polrelid FROM pg_policy WHERE oid = d.objid) END AS oid
    FROM needed n JOIN pg_depend d ON d.refclassid = n.classid AND d.refobjid = n.objid
    WHERE n.classid IN ('pg_proc'::regclass, 'pg_type'::regclass) OR (SELECT is_renamed FROM renaming)
       OR d.classid IN ('pg_rewrite'::regclass, 'pg_policy'::regclass, 'pg_proc'::regclass)
),
-- What it is printed as is of its table's names, of functions and of types. A comment may be gone: whoever
-- reads has to look whether there was one.
kept AS MATERIALIZED (
    SELECT c.oid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
    WHERE i.indrelid = ANY ($1) AND $2 IS NULL AND NOT (SELECT is_renamed FROM renaming)
      AND age(i.xmin) > age($4) AND age(c.xmin) > age($4)
      AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND age(a.xmin) <= age($4))
      AND NOT EXISTS (SELECT FROM pg_constraint k
                      WHERE k.conrelid = i.indrelid AND k.conindid = c.oid AND age(k.xmin) <= age($4))
      AND NOT EXISTS (SELECT FROM pg_inherits h WHERE h.inhrelid = c.oid AND age(h.xmin) <= age($4))
      AND NOT EXISTS (SELECT FROM pg_description d WHERE d.objoid = c.oid AND d.classoid = 'pg_class'::regclass)
),
wanted AS (
    SELECT oid FROM changed WHERE oid NOT IN (SELECT oid FROM kept)
    UNION SELECT oid FROM dependent WHERE oid IS NOT NULL
    UNION SELECT i.indexrelid FROM dependent d JOIN pg_index i ON i.indrelid = d.oid
),
