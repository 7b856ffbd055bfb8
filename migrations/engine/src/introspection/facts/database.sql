-- What belongs to the database as a whole. Where a subscription reads from is left out: it may hold a
-- password.
SELECT 'database setting', s.name || CASE WHEN o.setrole <> 0 THEN ' of role ' || quote_ident(pg_get_userbyid(o.setrole)) ELSE '' END,
       'value', s.value
FROM pg_db_role_setting o JOIN pg_database d ON d.oid = o.setdatabase AND d.datname = current_database(),
unnest(o.setconfig) c, LATERAL (SELECT split_part(c, '=', 1) AS name, substr(c, strpos(c, '=') + 1) AS value) s

UNION ALL
SELECT 'database', '(current)', 'comment', shobj_description(d.oid, 'pg_database')
FROM pg_database d WHERE d.datname = current_database()

UNION ALL
SELECT 'subscription', quote_ident(s.subname), p.property, p.value
FROM pg_subscription s JOIN pg_database d ON d.oid = s.subdbid AND d.datname = current_database(), LATERAL (VALUES
    ('definition', (SELECT string_agg(quote_ident(x), ', ' ORDER BY x COLLATE "C") FROM unnest(s.subpublications) x)),
    -- Not every role may read the whole row, which holds where it reads from.
    ('options', concat_ws(', ', 'binary = ' || s.subbinary, 'streaming = ' || s.substream::text,
        'synchronous_commit = ' || s.subsynccommit
        , 'two_phase = ' || (s.subtwophasestate <> 'd'), 'disable_on_error = ' || s.subdisableonerr -- since 15
        , 'password_required = ' || s.subpasswordrequired, 'run_as_owner = ' || s.subrunasowner -- since 16
        , 'origin = ' || s.suborigin::text -- since 16
        , 'failover = ' || s.subfailover -- since 17
        )),
    ('comment', obj_description(s.oid, 'pg_subscription')),
    ('slot', s.subslotname::text),
    ('state', CASE WHEN s.subenabled THEN 'enabled' ELSE 'disabled' END),
    ('owner', pg_get_userbyid(s.subowner)::text)) p (property, value)
