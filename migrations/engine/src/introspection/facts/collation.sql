SELECT 'collation', i.name, p.property, p.value
FROM identified i JOIN pg_collation c ON c.oid = i.objid AND i.classid = 'pg_collation'::regclass,
-- Columns whose names differ between major versions: colliculocale became colllocale, collicurules came.
LATERAL (SELECT to_jsonb(c) ->> 'colllocale' AS locale, to_jsonb(c) ->> 'colliculocale' AS icu_locale,
                to_jsonb(c) ->> 'collicurules' AS rules) x, LATERAL (VALUES
    ('definition', format('CREATE COLLATION %s (%s)', i.name, concat_ws(', ',
        'PROVIDER = ' || CASE c.collprovider WHEN 'i' THEN 'icu' WHEN 'b' THEN 'builtin' WHEN 'd' THEN 'default' ELSE 'libc' END,
        'LOCALE = ' || quote_literal(coalesce(x.locale, x.icu_locale,
            CASE WHEN c.collcollate = c.collctype THEN c.collcollate::text END)),
        CASE WHEN c.collcollate IS DISTINCT FROM c.collctype THEN format('LC_COLLATE = %L, LC_CTYPE = %L', c.collcollate,
            c.collctype) END,
        CASE WHEN NOT c.collisdeterministic THEN 'DETERMINISTIC = false' END,
        'RULES = ' || quote_literal(x.rules)))),
    ('owner', pg_get_userbyid(c.collowner)::text)) p (property, value)
