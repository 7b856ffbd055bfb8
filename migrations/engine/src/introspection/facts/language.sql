SELECT 'language', i.name, p.property, p.value
FROM identified i JOIN pg_language l ON l.oid = i.objid AND i.classid = 'pg_language'::regclass, LATERAL (VALUES
    ('definition', format('CREATE%s LANGUAGE %s%s', CASE WHEN l.lanpltrusted THEN ' TRUSTED' ELSE '' END, i.name, concat(
        ' HANDLER ' || nullif(l.lanplcallfoid, 0)::regproc, ' INLINE ' || nullif(l.laninline, 0)::regproc,
        ' VALIDATOR ' || nullif(l.lanvalidator, 0)::regproc))),
    ('owner', pg_get_userbyid(l.lanowner)::text)) p (property, value)
