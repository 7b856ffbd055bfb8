SELECT 'event trigger', i.name, p.property, p.value
FROM identified i JOIN pg_event_trigger e ON e.oid = i.objid AND i.classid = 'pg_event_trigger'::regclass, LATERAL (VALUES
    ('definition', format('CREATE EVENT TRIGGER %s ON %s%s EXECUTE FUNCTION %s()', i.name, e.evtevent,
        (SELECT format(' WHEN TAG IN (%s)', string_agg(quote_literal(t), ', ' ORDER BY n)) FROM unnest(e.evttags) WITH ORDINALITY t (t, n)
         HAVING count(*) > 0), e.evtfoid::regproc)),
    ('state', CASE e.evtenabled WHEN 'D' THEN 'disabled' WHEN 'R' THEN 'replica' WHEN 'A' THEN 'always' END),
    ('owner', pg_get_userbyid(e.evtowner)::text)) p (property, value)
