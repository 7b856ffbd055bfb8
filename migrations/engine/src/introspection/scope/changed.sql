-- The relations $1 that have changed, each with its indexes, and those that name one of them: what is printed
-- of a view, a foreign key, a default, a partition holds names of what it is made of.
changed AS (
    SELECT c AS oid FROM unnest($1) c
    UNION ALL SELECT indexrelid FROM pg_index WHERE indrelid = ANY ($1)
),
needed (classid, objid) AS (
    SELECT 'pg_class'::regclass::oid, oid FROM changed
    UNION ALL SELECT 'pg_type'::regclass, t.oid FROM pg_class c JOIN pg_type t ON t.oid = c.reltype WHERE c.oid = ANY ($1)
    UNION ALL SELECT 'pg_type'::regclass, t.typarray FROM pg_class c JOIN pg_type t ON t.oid = c.reltype WHERE c.oid = ANY ($1)
    UNION ALL SELECT 'pg_constraint'::regclass, oid FROM pg_constraint WHERE conrelid = ANY ($1)
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
),
wanted AS (
    SELECT oid FROM changed
    UNION SELECT oid FROM dependent WHERE oid IS NOT NULL
    UNION SELECT i.indexrelid FROM dependent d JOIN pg_index i ON i.indrelid = d.oid
),
