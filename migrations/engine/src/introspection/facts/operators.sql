SELECT 'operator', i.name, p.property, p.value
FROM identified i JOIN pg_operator o ON o.oid = i.objid AND i.classid = 'pg_operator'::regclass
LEFT JOIN pg_operator com ON com.oid = o.oprcom LEFT JOIN pg_operator neg ON neg.oid = o.oprnegate, LATERAL (VALUES
    ('definition', format('CREATE OPERATOR %s.%s (%s)', o.oprnamespace::regnamespace, o.oprname, concat_ws(', ',
        'FUNCTION = ' || nullif(o.oprcode::text, '-'),
        'LEFTARG = ' || CASE WHEN o.oprleft <> 0 THEN format_type(o.oprleft, NULL) END,
        'RIGHTARG = ' || CASE WHEN o.oprright <> 0 THEN format_type(o.oprright, NULL) END,
        'COMMUTATOR = ' || CASE WHEN com.oid IS NOT NULL
            THEN format('OPERATOR(%s.%s)', com.oprnamespace::regnamespace, com.oprname) END,
        'NEGATOR = ' || CASE WHEN neg.oid IS NOT NULL
            THEN format('OPERATOR(%s.%s)', neg.oprnamespace::regnamespace, neg.oprname) END,
        'RESTRICT = ' || nullif(o.oprrest::text, '-'), 'JOIN = ' || nullif(o.oprjoin::text, '-'),
        CASE WHEN o.oprcanhash THEN 'HASHES' END, CASE WHEN o.oprcanmerge THEN 'MERGES' END))),
    ('owner', pg_get_userbyid(o.oprowner)::text)) p (property, value)

UNION ALL
SELECT 'operator family', i.name, p.property, p.value
FROM identified i JOIN pg_opfamily f ON f.oid = i.objid AND i.classid = 'pg_opfamily'::regclass, LATERAL (VALUES
    ('definition', format('CREATE OPERATOR FAMILY %s', i.name)),
    -- Those that no operator class of it brings.
    ('members', nullif(concat_ws(', ',
        (SELECT string_agg(format('OPERATOR %s %s%s', a.amopstrategy, a.amopopr::regoperator, CASE WHEN a.amopsortfamily <> 0
                THEN format(' FOR ORDER BY %s.%I', s.opfnamespace::regnamespace, s.opfname) ELSE '' END), ', '
                ORDER BY a.amopstrategy, a.amopopr::regoperator::text COLLATE "C")
            FROM pg_amop a LEFT JOIN pg_opfamily s ON s.oid = a.amopsortfamily
            WHERE a.amopfamily = f.oid AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_amop'::regclass
                AND d.objid = a.oid AND d.refclassid = 'pg_opclass'::regclass AND d.deptype = 'i')),
        (SELECT string_agg(format('FUNCTION %s (%s, %s) %s', a.amprocnum, format_type(a.amproclefttype, NULL),
                format_type(a.amprocrighttype, NULL), a.amproc::regprocedure), ', '
                ORDER BY a.amprocnum, a.amproc::regprocedure::text COLLATE "C")
            FROM pg_amproc a
            WHERE a.amprocfamily = f.oid AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_amproc'::regclass
                AND d.objid = a.oid AND d.refclassid = 'pg_opclass'::regclass AND d.deptype = 'i'))), '')),
    ('owner', pg_get_userbyid(f.opfowner)::text)) p (property, value)

UNION ALL
SELECT 'operator class', i.name, p.property, p.value
FROM identified i JOIN pg_opclass c ON c.oid = i.objid AND i.classid = 'pg_opclass'::regclass
JOIN pg_am m ON m.oid = c.opcmethod JOIN pg_opfamily f ON f.oid = c.opcfamily, LATERAL (VALUES
    ('definition', format('CREATE OPERATOR CLASS %s.%I%s FOR TYPE %s USING %I FAMILY %s.%I AS %s',
        c.opcnamespace::regnamespace, c.opcname, CASE WHEN c.opcdefault THEN ' DEFAULT' ELSE '' END,
        format_type(c.opcintype, NULL), m.amname, f.opfnamespace::regnamespace, f.opfname, concat_ws(', ',
        'STORAGE ' || format_type(coalesce(nullif(c.opckeytype, 0), c.opcintype), NULL),
        (SELECT string_agg(format('OPERATOR %s %s%s', a.amopstrategy, a.amopopr::regoperator, CASE WHEN a.amopsortfamily <> 0
                THEN format(' FOR ORDER BY %s.%I', s.opfnamespace::regnamespace, s.opfname) ELSE '' END), ', '
                ORDER BY a.amopstrategy, a.amopopr::regoperator::text COLLATE "C")
            FROM pg_amop a LEFT JOIN pg_opfamily s ON s.oid = a.amopsortfamily
            WHERE EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_amop'::regclass AND d.objid = a.oid
                AND d.refclassid = 'pg_opclass'::regclass AND d.refobjid = c.oid AND d.deptype = 'i')),
        (SELECT string_agg(format('FUNCTION %s (%s, %s) %s', a.amprocnum, format_type(a.amproclefttype, NULL),
                format_type(a.amprocrighttype, NULL), a.amproc::regprocedure), ', '
                ORDER BY a.amprocnum, a.amproc::regprocedure::text COLLATE "C")
            FROM pg_amproc a
            WHERE EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_amproc'::regclass AND d.objid = a.oid
                AND d.refclassid = 'pg_opclass'::regclass AND d.refobjid = c.oid AND d.deptype = 'i'))))),
    ('owner', pg_get_userbyid(c.opcowner)::text)) p (property, value)

UNION ALL
SELECT 'cast', i.name, 'definition', format('CREATE CAST %s %s%s', i.name, CASE c.castmethod WHEN 'i' THEN 'WITH INOUT'
        WHEN 'b' THEN 'WITHOUT FUNCTION' ELSE format('WITH FUNCTION %s', c.castfunc::regprocedure) END,
    CASE c.castcontext WHEN 'a' THEN ' AS ASSIGNMENT' WHEN 'i' THEN ' AS IMPLICIT' ELSE '' END)
FROM identified i JOIN pg_cast c ON c.oid = i.objid AND i.classid = 'pg_cast'::regclass

UNION ALL
SELECT 'transform', i.name, 'definition', format('CREATE TRANSFORM FOR %s LANGUAGE %I (%s)', format_type(f.trftype, NULL),
    l.lanname, concat_ws(', ', 'FROM SQL WITH FUNCTION ' || nullif(f.trffromsql::oid, 0)::regprocedure,
        'TO SQL WITH FUNCTION ' || nullif(f.trftosql::oid, 0)::regprocedure))
FROM identified i JOIN pg_transform f ON f.oid = i.objid AND i.classid = 'pg_transform'::regclass
JOIN pg_language l ON l.oid = f.trflang
