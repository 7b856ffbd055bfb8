SELECT r.kind, r.name, p.property, p.value
FROM routine r LEFT JOIN pg_aggregate a ON a.aggfnoid = r.oid, LATERAL (VALUES
    ('definition', CASE WHEN r.prokind <> 'a' THEN pg_get_functiondef(r.oid) ELSE
        format('CREATE AGGREGATE %s (%s)', r.name, concat_ws(', ',
            'SFUNC = ' || a.aggtransfn, 'STYPE = ' || format_type(a.aggtranstype, NULL),
            'SSPACE = ' || nullif(a.aggtransspace, 0),
            'FINALFUNC = ' || nullif(a.aggfinalfn::text, '-'), CASE WHEN a.aggfinalextra THEN 'FINALFUNC_EXTRA' END,
            'FINALFUNC_MODIFY = ' || CASE a.aggfinalmodify WHEN CASE WHEN a.aggkind = 'n' THEN 'r' ELSE 'w' END THEN NULL
                WHEN 'r' THEN 'READ_ONLY' WHEN 's' THEN 'SHAREABLE' ELSE 'READ_WRITE' END,
            'COMBINEFUNC = ' || nullif(a.aggcombinefn::text, '-'),
            'SERIALFUNC = ' || nullif(a.aggserialfn::text, '-'), 'DESERIALFUNC = ' || nullif(a.aggdeserialfn::text, '-'),
            'INITCOND = ' || quote_literal(a.agginitval),
            'MSFUNC = ' || nullif(a.aggmtransfn::text, '-'), 'MINVFUNC = ' || nullif(a.aggminvtransfn::text, '-'),
            'MSTYPE = ' || CASE WHEN a.aggmtranstype <> 0 THEN format_type(a.aggmtranstype, NULL) END,
            'MSSPACE = ' || nullif(a.aggmtransspace, 0),
            'MFINALFUNC = ' || nullif(a.aggmfinalfn::text, '-'), CASE WHEN a.aggmfinalextra THEN 'MFINALFUNC_EXTRA' END,
            'MFINALFUNC_MODIFY = ' || CASE WHEN a.aggmtransfn = 0 THEN NULL ELSE CASE a.aggmfinalmodify
                WHEN CASE WHEN a.aggkind = 'n' THEN 'r' ELSE 'w' END THEN NULL
                WHEN 'r' THEN 'READ_ONLY' WHEN 's' THEN 'SHAREABLE' ELSE 'READ_WRITE' END END,
            'MINITCOND = ' || quote_literal(a.aggminitval),
            'SORTOP = ' || (SELECT format('OPERATOR(%s.%s)', o.oprnamespace::regnamespace, o.oprname)
                FROM pg_operator o WHERE o.oid = a.aggsortop),
            'PARALLEL = ' || CASE r.proparallel WHEN 's' THEN 'SAFE' WHEN 'r' THEN 'RESTRICTED' END,
            CASE WHEN a.aggkind = 'h' THEN 'HYPOTHETICAL' END)) END),
    ('owner', pg_get_userbyid(r.proowner)::text)) p (property, value)
