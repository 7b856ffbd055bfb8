SELECT 'published table', format('%I: %s', b.pubname, r.prrelid::regclass), p.property, p.value
FROM pg_publication_rel r JOIN pg_publication b ON b.oid = r.prpubid, LATERAL (VALUES
    ('definition', format('ALTER PUBLICATION %I ADD TABLE ONLY %s', b.pubname, r.prrelid::regclass))
    , ('columns', (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attname COLLATE "C") -- since 15
        FROM pg_attribute a WHERE a.attrelid = r.prrelid AND a.attnum = ANY (r.prattrs::int2[]))) -- since 15
    , ('condition', pg_get_expr(r.prqual, r.prrelid)) -- since 15
    ) p (property, value)
