SELECT 'publication', i.name, p.property, p.value
FROM identified i JOIN pg_publication b ON b.oid = i.objid AND i.classid = 'pg_publication'::regclass,
-- Postgres 18 has a column more.
LATERAL (SELECT to_jsonb(b) ->> 'pubgencols' AS generated) x, LATERAL (VALUES
    ('definition', format('CREATE PUBLICATION %s%s', i.name, CASE WHEN b.puballtables THEN ' FOR ALL TABLES' ELSE '' END)),
    ('option publish', concat_ws(', ', CASE WHEN b.pubinsert THEN 'insert' END, CASE WHEN b.pubupdate THEN 'update' END,
        CASE WHEN b.pubdelete THEN 'delete' END, CASE WHEN b.pubtruncate THEN 'truncate' END)),
    ('option publish_via_partition_root', CASE WHEN b.pubviaroot THEN 'true' END),
    ('option publish_generated_columns', CASE x.generated WHEN 's' THEN 'stored' END),
    ('owner', pg_get_userbyid(b.pubowner)::text)) p (property, value)
