SELECT 'foreign table', r.name, 'server', s.srvname::text
FROM relation r JOIN pg_foreign_table t ON t.ftrelid = r.oid JOIN pg_foreign_server s ON s.oid = t.ftserver
