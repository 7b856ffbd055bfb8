SELECT 'sequence', r.name, p.property, p.value
FROM relation r JOIN pg_sequence s ON s.seqrelid = r.oid
LEFT JOIN LATERAL (SELECT format('%s.%I (%s)', d.refobjid::regclass, a.attname, d.deptype) AS owner
           FROM pg_depend d JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
           WHERE d.classid = 'pg_class'::regclass AND d.objid = r.oid AND d.deptype IN ('a', 'i')
             AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0) o ON true, LATERAL (VALUES
    ('definition', format('%s start %s increment %s min %s max %s cache %s%s', format_type(seqtypid, NULL), seqstart,
        seqincrement, seqmin, seqmax, seqcache, CASE WHEN seqcycle THEN ' cycle' ELSE '' END)),
    ('owned by', o.owner)) p (property, value)
WHERE r.relkind = 'S'
