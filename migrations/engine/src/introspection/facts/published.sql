-- Since Postgres 15.
SELECT 'published table', format('%I: %s', b.pubname, r.prrelid::regclass), p.property, p.value
FROM pg_publication_rel r JOIN pg_publication b ON b.oid = r.prpubid, LATERAL (VALUES
    ('definition', format('ALTER PUBLICATION %I ADD TABLE ONLY %s', b.pubname, r.prrelid::regclass)),
    ('columns', (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum)
        FROM pg_attribute a WHERE a.attrelid = r.prrelid AND a.attnum = ANY (r.prattrs::int2[]))),
    ('condition', pg_get_expr(r.prqual, r.prrelid))) p (property, value)

UNION ALL
SELECT 'published schema', format('%I: %s', b.pubname, n.pnnspid::regnamespace), 'definition',
       format('ALTER PUBLICATION %I ADD TABLES IN SCHEMA %s', b.pubname, n.pnnspid::regnamespace)
FROM pg_publication_namespace n JOIN pg_publication b ON b.oid = n.pnpubid
