SELECT 'transform', i.name, 'definition', format('CREATE TRANSFORM FOR %s LANGUAGE %I (%s)', format_type(f.trftype, NULL),
    l.lanname, concat_ws(', ', 'FROM SQL WITH FUNCTION ' || nullif(f.trffromsql::oid, 0)::regprocedure,
        'TO SQL WITH FUNCTION ' || nullif(f.trftosql::oid, 0)::regprocedure))
FROM identified i JOIN pg_transform f ON f.oid = i.objid AND i.classid = 'pg_transform'::regclass
JOIN pg_language l ON l.oid = f.trflang
