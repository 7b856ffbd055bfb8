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
