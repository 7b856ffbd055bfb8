SELECT 'statistics', s.name || '.' || quote_ident(e.stxname), p.property, p.value
FROM pg_statistic_ext e JOIN space s ON s.oid = e.stxnamespace, LATERAL (VALUES
    ('definition', pg_get_statisticsobjdef(e.oid)),
    ('table', e.stxrelid::regclass::text),
    ('owner', pg_get_userbyid(e.stxowner)::text),
    ('target', CASE WHEN e.stxstattarget >= 0 THEN e.stxstattarget::text END)) p (property, value)
