-- What belongs to a table, a view or a domain. That a column or a domain is not null is its own property.
SELECT 'constraint', coalesce(r.name, t.name) || '.' || quote_ident(c.conname), p.property, p.value
FROM pg_constraint c LEFT JOIN relation r ON r.oid = c.conrelid LEFT JOIN type t ON t.oid = c.contypid, LATERAL (VALUES
    ('definition', pg_get_constraintdef(c.oid)),
    ('validated', CASE WHEN c.convalidated THEN 'yes' ELSE 'no' END),
    ('inherited', CASE WHEN NOT c.conislocal OR c.conparentid <> 0 THEN 'yes' END)) p (property, value)
WHERE coalesce(r.name, t.name) IS NOT NULL AND c.contype NOT IN ('n', 't')

UNION ALL
SELECT 'trigger', r.name || '.' || quote_ident(t.tgname), p.property, p.value
FROM pg_trigger t JOIN relation r ON r.oid = t.tgrelid, LATERAL (VALUES
    ('definition', pg_get_triggerdef(t.oid)),
    ('state', CASE t.tgenabled WHEN 'D' THEN 'disabled' WHEN 'R' THEN 'replica' WHEN 'A' THEN 'always' END),
    ('inherited', CASE WHEN t.tgparentid <> 0 THEN 'yes' END)) p (property, value)
-- A partition's triggers are internal before version 15.
WHERE NOT t.tgisinternal OR (t.tgparentid <> 0 AND t.tgconstraint = 0)

UNION ALL
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

UNION ALL
SELECT 'rule', r.name || '.' || quote_ident(w.rulename), p.property, p.value
FROM pg_rewrite w JOIN relation r ON r.oid = w.ev_class, LATERAL (VALUES
    ('definition', CASE WHEN w.rulename <> '_RETURN' THEN pg_get_ruledef(w.oid) END),
    ('state', CASE w.ev_enabled WHEN 'D' THEN 'disabled' WHEN 'R' THEN 'replica' WHEN 'A' THEN 'always' END))
    p (property, value)

UNION ALL
SELECT 'policy', r.name || '.' || quote_ident(o.polname), p.property, p.value
FROM pg_policy o JOIN relation r ON r.oid = o.polrelid, LATERAL (VALUES
    ('command', CASE o.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE'
        ELSE 'ALL' END || CASE WHEN o.polpermissive THEN ' permissive' ELSE ' restrictive' END),
    ('roles', (SELECT string_agg(CASE x WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(x)) END, ', '
        ORDER BY CASE x WHEN 0 THEN '' ELSE pg_get_userbyid(x) END COLLATE "C") FROM unnest(o.polroles) x)),
    ('using', pg_get_expr(o.polqual, o.polrelid)),
    ('check', pg_get_expr(o.polwithcheck, o.polrelid))) p (property, value)

UNION ALL
SELECT 'statistics', s.name || '.' || quote_ident(e.stxname), p.property, p.value
FROM pg_statistic_ext e JOIN space s ON s.oid = e.stxnamespace, LATERAL (VALUES
    ('definition', pg_get_statisticsobjdef(e.oid)),
    ('table', e.stxrelid::regclass::text),
    ('owner', pg_get_userbyid(e.stxowner)::text),
    ('target', CASE WHEN e.stxstattarget >= 0 THEN e.stxstattarget::text END)) p (property, value)
