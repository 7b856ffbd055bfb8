-- Those by which foreign keys and deferred constraints work: DISABLE TRIGGER ALL turns them off as well.
SELECT r.kind, r.name, 'constraint triggers',
       CASE WHEN bool_and(t.tgenabled = 'D') THEN 'disabled'
           ELSE string_agg(format('%I of %I: %s', p.proname, c.conname,
               CASE t.tgenabled WHEN 'D' THEN 'disabled' WHEN 'R' THEN 'replica' WHEN 'A' THEN 'always' END), ', '
               ORDER BY p.proname, c.conname) FILTER (WHERE t.tgenabled <> 'O') END
FROM pg_trigger t JOIN relation r ON r.oid = t.tgrelid
JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_constraint c ON c.oid = t.tgconstraint
WHERE t.tgisinternal
GROUP BY r.kind, r.name
HAVING bool_or(t.tgenabled <> 'O')
