SELECT 'foreign table', r.name, 'server', quote_ident(s.srvname)
FROM relation r JOIN pg_foreign_table t ON t.ftrelid = r.oid JOIN pg_foreign_server s ON s.oid = t.ftserver
