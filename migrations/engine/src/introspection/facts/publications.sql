SELECT 'publication', i.name, p.property, p.value
FROM identified i JOIN pg_publication b ON b.oid = i.objid AND i.classid = 'pg_publication'::regclass,
-- Postgres 18 has a column more.
LATERAL (SELECT to_jsonb(b) ->> 'pubgencols' AS generated) x, LATERAL (VALUES
    ('definition', format('CREATE PUBLICATION %s%s WITH (%s)', i.name,
        CASE WHEN b.puballtables THEN ' FOR ALL TABLES' ELSE '' END, concat_ws(', ',
        format('publish = %L', concat_ws(', ', CASE WHEN b.pubinsert THEN 'insert' END, CASE WHEN b.pubupdate THEN 'update' END,
            CASE WHEN b.pubdelete THEN 'delete' END, CASE WHEN b.pubtruncate THEN 'truncate' END)),
        CASE WHEN b.pubviaroot THEN 'publish_via_partition_root = true' END,
        'publish_generated_columns = ' || CASE x.generated WHEN 's' THEN 'stored' END))),
    ('owner', pg_get_userbyid(b.pubowner)::text)) p (property, value)

UNION ALL
SELECT 'published table', format('%I: %s', b.pubname, r.prrelid::regclass), p.property, p.value
FROM pg_publication_rel r JOIN pg_publication b ON b.oid = r.prpubid, LATERAL (VALUES
    ('definition', format('ALTER PUBLICATION %I ADD TABLE ONLY %s', b.pubname, r.prrelid::regclass))
    , ('columns', (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) -- since 15
        FROM pg_attribute a WHERE a.attrelid = r.prrelid AND a.attnum = ANY (r.prattrs::int2[]))) -- since 15
    , ('condition', pg_get_expr(r.prqual, r.prrelid)) -- since 15
    ) p (property, value)

UNION ALL -- since 15
SELECT 'published schema', format('%I: %s', b.pubname, n.pnnspid::regnamespace), 'definition', -- since 15
       format('ALTER PUBLICATION %I ADD TABLES IN SCHEMA %s', b.pubname, n.pnnspid::regnamespace) -- since 15
FROM pg_publication_namespace n JOIN pg_publication b ON b.oid = n.pnpubid -- since 15
