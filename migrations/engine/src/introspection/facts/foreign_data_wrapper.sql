-- Options that may be secrets are compared by digests, and never shown.
SELECT 'foreign-data wrapper', i.name, p.property, p.value
FROM identified i JOIN pg_foreign_data_wrapper f ON f.oid = i.objid AND i.classid = 'pg_foreign_data_wrapper'::regclass,
LATERAL (VALUES
    ('definition', format('CREATE FOREIGN DATA WRAPPER %s%s', i.name, concat(
        ' HANDLER ' || nullif(f.fdwhandler, 0)::regproc, ' VALIDATOR ' || nullif(f.fdwvalidator, 0)::regproc))),
    ('owner', pg_get_userbyid(f.fdwowner)::text)) p (property, value)
