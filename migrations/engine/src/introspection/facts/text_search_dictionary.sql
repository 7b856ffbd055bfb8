SELECT 'text search dictionary', i.name, p.property, p.value
FROM identified i JOIN pg_ts_dict d ON d.oid = i.objid AND i.classid = 'pg_ts_dict'::regclass
JOIN pg_ts_template t ON t.oid = d.dicttemplate, LATERAL (VALUES
    ('definition', format('CREATE TEXT SEARCH DICTIONARY %s (%s)', i.name, concat_ws(', ',
        format('TEMPLATE = %s.%I', t.tmplnamespace::regnamespace, t.tmplname), d.dictinitoption))),
    ('owner', pg_get_userbyid(d.dictowner)::text)) p (property, value)
