SELECT 'text search parser', i.name, 'definition', format('CREATE TEXT SEARCH PARSER %s (%s)', i.name, concat_ws(', ',
    'START = ' || s.prsstart, 'GETTOKEN = ' || s.prstoken, 'END = ' || s.prsend,
    'HEADLINE = ' || nullif(s.prsheadline::text, '-'), 'LEXTYPES = ' || s.prslextype))
FROM identified i JOIN pg_ts_parser s ON s.oid = i.objid AND i.classid = 'pg_ts_parser'::regclass
