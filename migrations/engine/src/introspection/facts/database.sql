SELECT 'database', '(current)', 'comment', shobj_description(d.oid, 'pg_database')
FROM pg_database d WHERE d.datname = current_database()
