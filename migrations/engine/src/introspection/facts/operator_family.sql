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
