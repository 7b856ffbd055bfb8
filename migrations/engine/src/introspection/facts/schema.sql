SELECT 'schema', name, 'owner', pg_get_userbyid(nspowner)::text FROM space
