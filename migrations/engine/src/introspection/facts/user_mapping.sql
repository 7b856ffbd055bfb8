SELECT 'user mapping', m.name, 'definition', 'CREATE USER MAPPING FOR ' || m.name
FROM (SELECT format('%s SERVER %I', CASE umuser WHEN 0 THEN 'PUBLIC' ELSE quote_ident(usename) END, srvname) AS name
      FROM pg_user_mappings) m
