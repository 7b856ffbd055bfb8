-- Objects of the database as a whole. The connection of a subscription is left out: it may hold a password.
SELECT 'database setting', s.name || CASE WHEN o.setrole <> 0 THEN ' of role ' || quote_ident(pg_get_userbyid(o.setrole)) ELSE '' END,
       'value', s.value
FROM pg_db_role_setting o JOIN pg_database d ON d.oid = o.setdatabase AND d.datname = current_database(),
unnest(o.setconfig) c, LATERAL (SELECT split_part(c, '=', 1) AS name, substr(c, strpos(c, '=') + 1) AS value) s
