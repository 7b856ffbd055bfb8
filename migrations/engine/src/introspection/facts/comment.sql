SELECT a.kind, a.name, 'comment', d.description
FROM pg_description d JOIN address a ON a.classid = d.classoid AND a.objid = d.objoid AND a.objsubid = d.objsubid
