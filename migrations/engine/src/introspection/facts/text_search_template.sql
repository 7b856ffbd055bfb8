SELECT 'text search template', i.name, 'definition', format('CREATE TEXT SEARCH TEMPLATE %s (%s)', i.name, concat_ws(', ',
    'INIT = ' || nullif(t.tmplinit::text, '-'), 'LEXIZE = ' || t.tmpllexize))
FROM identified i JOIN pg_ts_template t ON t.oid = i.objid AND i.classid = 'pg_ts_template'::regclass
