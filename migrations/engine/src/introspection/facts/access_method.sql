SELECT 'access method', i.name, 'definition', format('CREATE ACCESS METHOD %s TYPE %s HANDLER %s', i.name,
    CASE a.amtype WHEN 't' THEN 'TABLE' ELSE 'INDEX' END, a.amhandler)
FROM identified i JOIN pg_am a ON a.oid = i.objid AND i.classid = 'pg_am'::regclass
