-- Options that may be secrets are compared by digests, and never shown.
SELECT 'foreign-data wrapper', i.name, p.property, p.value
FROM identified i JOIN pg_foreign_data_wrapper f ON f.oid = i.objid AND i.classid = 'pg_foreign_data_wrapper'::regclass,
LATERAL (VALUES
    ('definition', format('CREATE FOREIGN DATA WRAPPER %s%s', i.name, concat(
        ' HANDLER ' || nullif(f.fdwhandler, 0)::regproc, ' VALIDATOR ' || nullif(f.fdwvalidator, 0)::regproc))),
    ('owner', pg_get_userbyid(f.fdwowner)::text)) p (property, value)

UNION ALL
SELECT 'server', i.name, p.property, p.value
FROM identified i JOIN pg_foreign_server s ON s.oid = i.objid AND i.classid = 'pg_foreign_server'::regclass
JOIN pg_foreign_data_wrapper f ON f.oid = s.srvfdw, LATERAL (VALUES
    ('definition', format('CREATE SERVER %s%s FOREIGN DATA WRAPPER %I', i.name,
        concat(' TYPE ' || quote_literal(s.srvtype), ' VERSION ' || quote_literal(s.srvversion)), f.fdwname)),
    ('owner', pg_get_userbyid(s.srvowner)::text)) p (property, value)

UNION ALL
SELECT 'user mapping', m.name, 'definition', 'CREATE USER MAPPING FOR ' || m.name
FROM (SELECT format('%s SERVER %I', CASE umuser WHEN 0 THEN 'PUBLIC' ELSE quote_ident(usename) END, srvname) AS name
      FROM pg_user_mappings) m

UNION ALL
SELECT 'foreign table', r.name, 'server', s.srvname::text
FROM relation r JOIN pg_foreign_table t ON t.ftrelid = r.oid JOIN pg_foreign_server s ON s.oid = t.ftserver

UNION ALL
SELECT o.kind, o.name, CASE WHEN x.is_secret THEN 'secret option ' ELSE 'option ' END || option_name,
       CASE WHEN x.is_secret THEN encode(sha256(convert_to(option_value, 'UTF8')), 'hex') ELSE option_value END
FROM (SELECT i.kind, i.name, f.fdwoptions AS options
      FROM identified i JOIN pg_foreign_data_wrapper f ON f.oid = i.objid AND i.classid = 'pg_foreign_data_wrapper'::regclass
      UNION ALL SELECT i.kind, i.name, s.srvoptions
      FROM identified i JOIN pg_foreign_server s ON s.oid = i.objid AND i.classid = 'pg_foreign_server'::regclass
      UNION ALL SELECT 'user mapping', format('%s SERVER %I', CASE umuser WHEN 0 THEN 'PUBLIC' ELSE quote_ident(usename) END,
          srvname), umoptions FROM pg_user_mappings
      UNION ALL SELECT r.kind, r.name, t.ftoptions FROM relation r JOIN pg_foreign_table t ON t.ftrelid = r.oid
      UNION ALL SELECT 'column', r.name || '.' || quote_ident(a.attname), a.attfdwoptions
      FROM relation r JOIN pg_attribute a ON a.attrelid = r.oid
      WHERE a.attfdwoptions IS NOT NULL AND NOT a.attisdropped) o,
pg_options_to_table(o.options), LATERAL (
    SELECT o.kind = 'user mapping' AND option_name <> 'user'
        OR option_name ~* 'pass|secret|token|key|credential|auth' AS is_secret) x
