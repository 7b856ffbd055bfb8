-- Dropped with an extension (deptype 'x').
SELECT a.kind, a.name, 'depends on extensions', string_agg(quote_ident(e.extname), ', ' ORDER BY e.extname COLLATE "C")
FROM pg_depend d JOIN address a ON a.classid = d.classid AND a.objid = d.objid AND a.objsubid = d.objsubid
JOIN pg_extension e ON e.oid = d.refobjid
WHERE d.deptype = 'x' AND d.refclassid = 'pg_extension'::regclass
GROUP BY a.kind, a.name
