SELECT 'server', i.name, p.property, p.value
FROM identified i JOIN pg_foreign_server s ON s.oid = i.objid AND i.classid = 'pg_foreign_server'::regclass
JOIN pg_foreign_data_wrapper f ON f.oid = s.srvfdw, LATERAL (VALUES
    ('definition', format('CREATE SERVER %s%s FOREIGN DATA WRAPPER %I', i.name,
        concat(' TYPE ' || quote_literal(s.srvtype), ' VERSION ' || quote_literal(s.srvversion)), f.fdwname)),
    ('owner', pg_get_userbyid(s.srvowner)::text)) p (property, value)
