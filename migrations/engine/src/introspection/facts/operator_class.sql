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
