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
