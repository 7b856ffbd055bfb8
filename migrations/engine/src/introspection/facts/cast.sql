SELECT 'cast', i.name, 'definition', format('CREATE CAST %s %s%s', i.name, CASE c.castmethod WHEN 'i' THEN 'WITH INOUT'
        WHEN 'b' THEN 'WITHOUT FUNCTION' ELSE format('WITH FUNCTION %s', c.castfunc::regprocedure) END,
    CASE c.castcontext WHEN 'a' THEN ' AS ASSIGNMENT' WHEN 'i' THEN ' AS IMPLICIT' ELSE '' END)
FROM identified i JOIN pg_cast c ON c.oid = i.objid AND i.classid = 'pg_cast'::regclass
