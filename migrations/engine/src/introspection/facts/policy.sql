SELECT 'policy', r.name || '.' || quote_ident(o.polname), p.property, p.value
FROM pg_policy o JOIN relation r ON r.oid = o.polrelid, LATERAL (VALUES
    ('command', CASE o.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE'
        ELSE 'ALL' END || CASE WHEN o.polpermissive THEN ' permissive' ELSE ' restrictive' END),
    ('roles', (SELECT string_agg(CASE x WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(x)) END, ', '
        ORDER BY CASE x WHEN 0 THEN '' ELSE pg_get_userbyid(x) END COLLATE "C") FROM unnest(o.polroles) x)),
    ('using', pg_get_expr(o.polqual, o.polrelid)),
    ('check', pg_get_expr(o.polwithcheck, o.polrelid))) p (property, value)
