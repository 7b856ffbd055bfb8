SELECT a.kind, a.name, 'security label of ' || l.provider, l.label
FROM pg_seclabel l JOIN address a ON a.classid = l.classoid AND a.objid = l.objoid AND a.objsubid = l.objsubid
