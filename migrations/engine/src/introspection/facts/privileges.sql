-- As they act, one property a grantee: what somebody may beyond, or not any more, what the owner and
-- everybody may by default. So no list of privileges is the same as one that spells the default out, and a
-- REVOKE undoes a GRANT.
SELECT o.kind, o.name, 'privileges of ' || CASE x.grantee WHEN 0 THEN 'PUBLIC' WHEN o.owner THEN 'the owner'
           ELSE quote_ident(pg_get_userbyid(x.grantee)) END, coalesce(x.now, 'none')
FROM (SELECT coalesce(a.kind, 'privileges') AS kind,
             coalesce(a.name, (SELECT d.type || ' ' || d.identity FROM pg_identify_object(o.classid, o.objid, o.objsubid) d)) AS name,
             o.owner, o.acl, coalesce(i.initprivs, acldefault(o.type, o.owner)) AS usual
      FROM granted o
      LEFT JOIN pg_init_privs i ON i.classoid = o.classid AND i.objoid = o.objid AND i.objsubid = o.objsubid
      LEFT JOIN address a ON a.classid = o.classid AND a.objid = o.objid AND a.objsubid = o.objsubid
      -- The system's and extensions' own privileges are in pg_init_privs, but for those of the information
      -- schema, whose numbers begin with 12000 (FirstUnpinnedObjectId).
      WHERE o.acl IS DISTINCT FROM i.initprivs
        AND (a.kind IS NOT NULL OR i.objoid IS NOT NULL OR o.objid < 12000
             OR (o.classid, o.objid) IN (SELECT classid, objid FROM member))) o,
LATERAL (
    SELECT grantee, string_agg(allowed, ', ' ORDER BY allowed) FILTER (WHERE is_now) AS now,
           string_agg(allowed, ', ' ORDER BY allowed) FILTER (WHERE NOT is_now) AS usual
    FROM (SELECT grantee, is_now,
                 -- The owner may pass on anyway.
                 (privilege_type || CASE WHEN bool_or(is_grantable) AND grantee <> o.owner THEN ' WITH GRANT OPTION' ELSE '' END) COLLATE "C" AS allowed
          FROM (SELECT true AS is_now, * FROM aclexplode(o.acl) UNION ALL SELECT false, * FROM aclexplode(o.usual)) each
          GROUP BY grantee, is_now, privilege_type) per_privilege
    GROUP BY grantee) x
WHERE x.now IS DISTINCT FROM x.usual
