SELECT a.kind, a.name, 'comment', d.description
FROM pg_description d JOIN address a ON a.classid = d.classoid AND a.objid = d.objoid AND a.objsubid = d.objsubid

UNION ALL
SELECT a.kind, a.name, 'security label of ' || l.provider, l.label
FROM pg_seclabel l JOIN address a ON a.classid = l.classoid AND a.objid = l.objoid AND a.objsubid = l.objsubid
