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
