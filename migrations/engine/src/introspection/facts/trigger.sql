SELECT 'trigger', r.name || '.' || quote_ident(t.tgname), p.property, p.value
FROM pg_trigger t JOIN relation r ON r.oid = t.tgrelid, LATERAL (VALUES
    ('definition', pg_get_triggerdef(t.oid)),
    ('state', CASE t.tgenabled WHEN 'D' THEN 'disabled' WHEN 'R' THEN 'replica' WHEN 'A' THEN 'always' END),
    ('inherited', CASE WHEN t.tgparentid <> 0 THEN 'yes' END)) p (property, value)
-- A partition's triggers are internal before version 15.
WHERE NOT t.tgisinternal OR (t.tgparentid <> 0 AND t.tgconstraint = 0)
