SELECT 'rule', r.name || '.' || quote_ident(w.rulename), p.property, p.value
FROM pg_rewrite w JOIN relation r ON r.oid = w.ev_class, LATERAL (VALUES
    ('definition', CASE WHEN w.rulename <> '_RETURN' THEN pg_get_ruledef(w.oid) END),
    ('state', CASE w.ev_enabled WHEN 'D' THEN 'disabled' WHEN 'R' THEN 'replica' WHEN 'A' THEN 'always' END))
    p (property, value)
