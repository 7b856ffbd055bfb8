-- The server prints the columns by their places, which say nothing: they are told by name.
SELECT 'statistics', s.name || '.' || quote_ident(e.stxname), p.property, p.value
FROM pg_statistic_ext e JOIN space s ON s.oid = e.stxnamespace, LATERAL (
    SELECT ' ON ' || coalesce(string_agg(quote_ident(a.attname), ', ' ORDER BY k.place), '') AS printed,
        ' ON ' || coalesce(string_agg(quote_ident(a.attname), ', ' ORDER BY a.attname COLLATE "C"), '') AS named
    FROM unnest(e.stxkeys::smallint[]) WITH ORDINALITY k (no, place)
    JOIN pg_attribute a ON a.attrelid = e.stxrelid AND a.attnum = k.no) c, LATERAL (VALUES
    ('definition', replace(pg_get_statisticsobjdef(e.oid), c.printed, c.named)),
    ('table', e.stxrelid::regclass::text),
    ('owner', pg_get_userbyid(e.stxowner)::text),
    ('target', CASE WHEN e.stxstattarget >= 0 THEN e.stxstattarget::text END)) p (property, value)
