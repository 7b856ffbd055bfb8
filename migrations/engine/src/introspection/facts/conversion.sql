SELECT 'conversion', i.name, p.property, p.value
FROM identified i JOIN pg_conversion c ON c.oid = i.objid AND i.classid = 'pg_conversion'::regclass, LATERAL (VALUES
    ('definition', format('CREATE%s CONVERSION %s FOR %L TO %L FROM %s', CASE WHEN c.condefault THEN ' DEFAULT' ELSE '' END,
        i.name, pg_encoding_to_char(c.conforencoding), pg_encoding_to_char(c.contoencoding), c.conproc)),
    ('owner', pg_get_userbyid(c.conowner)::text)) p (property, value)
