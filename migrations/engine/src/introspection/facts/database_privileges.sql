SELECT 'database privileges', CASE x.grantee WHEN 0 THEN 'PUBLIC' WHEN d.datdba THEN 'the owner'
           ELSE quote_ident(pg_get_userbyid(x.grantee)) END, 'privileges', coalesce(x.now, 'none')
FROM pg_database d, LATERAL (
    SELECT grantee, string_agg(DISTINCT privilege_type, ', ' ORDER BY privilege_type) FILTER (WHERE is_now) AS now,
           string_agg(DISTINCT privilege_type, ', ' ORDER BY privilege_type) FILTER (WHERE NOT is_now) AS usual
    FROM (SELECT true AS is_now, grantee, privilege_type COLLATE "C" AS privilege_type FROM aclexplode(d.datacl)
          UNION ALL SELECT false, grantee, privilege_type COLLATE "C" FROM aclexplode(acldefault('d', d.datdba))) each
    GROUP BY grantee) x
WHERE d.datname = current_database() AND d.datacl IS NOT NULL AND x.now IS DISTINCT FROM x.usual
