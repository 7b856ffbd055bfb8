-- Those for one schema come on top of those for all, which begin with the server's own.
SELECT 'default privileges', format('FOR ROLE %I%s ON %s TO %s', pg_get_userbyid(d.defaclrole),
           CASE WHEN d.defaclnamespace <> 0 THEN ' IN SCHEMA ' || d.defaclnamespace::regnamespace ELSE '' END,
           CASE d.defaclobjtype WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES' WHEN 'f' THEN 'FUNCTIONS' WHEN 'T' THEN 'TYPES'
               WHEN 'n' THEN 'SCHEMAS' ELSE 'LARGE OBJECTS' END,
           CASE x.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(x.grantee)) END),
       'privileges', coalesce(x.now, 'none')
FROM pg_default_acl d, LATERAL (
    SELECT grantee, string_agg(allowed, ', ' ORDER BY allowed) FILTER (WHERE is_now) AS now,
           string_agg(allowed, ', ' ORDER BY allowed) FILTER (WHERE NOT is_now) AS usual
    FROM (SELECT grantee, is_now,
                 (privilege_type || CASE WHEN bool_or(is_grantable) THEN ' WITH GRANT OPTION' ELSE '' END) COLLATE "C" AS allowed
          FROM (SELECT true AS is_now, * FROM aclexplode(d.defaclacl)
                UNION ALL SELECT false, * FROM aclexplode(CASE WHEN d.defaclnamespace = 0
                    THEN acldefault(CASE d.defaclobjtype WHEN 'S' THEN 's' ELSE d.defaclobjtype END, d.defaclrole) END)) each
          GROUP BY grantee, is_now, privilege_type) per_privilege
    GROUP BY grantee) x
WHERE x.now IS DISTINCT FROM x.usual
