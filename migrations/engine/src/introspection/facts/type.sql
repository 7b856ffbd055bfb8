SELECT t.kind, t.name, p.property, p.value
FROM type t
LEFT JOIN pg_range g ON g.rngtypid = t.oid
LEFT JOIN pg_opclass o ON o.oid = g.rngsubopc AND NOT o.opcdefault
LEFT JOIN pg_type s ON s.oid = g.rngsubtype
LEFT JOIN pg_collation rc ON rc.oid = g.rngcollation AND rc.oid <> s.typcollation
LEFT JOIN pg_type b ON b.oid = t.typbasetype
LEFT JOIN pg_collation c ON t.typtype = 'd' AND c.oid = t.typcollation AND t.typcollation <> b.typcollation, LATERAL (VALUES
    ('labels', CASE WHEN t.typtype = 'e' THEN coalesce((SELECT string_agg(quote_literal(e.enumlabel), ', '
        ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid), '') END),
    ('base', CASE WHEN t.typtype = 'd' THEN format_type(t.typbasetype, t.typtypmod) END),
    ('collation', CASE WHEN c.oid IS NOT NULL THEN format('%s.%I', c.collnamespace::regnamespace, c.collname) END),
    ('definition', CASE
        WHEN t.typtype = 'r' THEN format('CREATE TYPE %s AS RANGE (%s)', t.name, concat_ws(', ',
            'SUBTYPE = ' || format_type(g.rngsubtype, NULL),
            'SUBTYPE_OPCLASS = ' || CASE WHEN o.oid IS NOT NULL
                THEN format('%s.%I', o.opcnamespace::regnamespace, o.opcname) END,
            'COLLATION = ' || CASE WHEN rc.oid IS NOT NULL
                THEN format('%s.%I', rc.collnamespace::regnamespace, rc.collname) END,
            'CANONICAL = ' || nullif(g.rngcanonical::text, '-'), 'SUBTYPE_DIFF = ' || nullif(g.rngsubdiff::text, '-'),
            'MULTIRANGE_TYPE_NAME = ' || format_type(g.rngmultitypid, NULL)))
        WHEN t.typtype = 'b' THEN format('CREATE TYPE %s (%s)', t.name, concat_ws(', ',
            'INPUT = ' || t.typinput, 'OUTPUT = ' || t.typoutput, 'RECEIVE = ' || nullif(t.typreceive::text, '-'),
            'SEND = ' || nullif(t.typsend::text, '-'), 'TYPMOD_IN = ' || nullif(t.typmodin::text, '-'),
            'TYPMOD_OUT = ' || nullif(t.typmodout::text, '-'), 'ANALYZE = ' || nullif(t.typanalyze::text, '-'),
            'SUBSCRIPT = ' || nullif(to_jsonb(t) ->> 'typsubscript', '-'),
            'INTERNALLENGTH = ' || CASE t.typlen WHEN -1 THEN 'VARIABLE' ELSE t.typlen::text END,
            CASE WHEN t.typbyval THEN 'PASSEDBYVALUE' END,
            'ALIGNMENT = ' || CASE t.typalign WHEN 'c' THEN 'char' WHEN 's' THEN 'int2' WHEN 'i' THEN 'int4' ELSE 'double' END,
            'STORAGE = ' || CASE t.typstorage WHEN 'p' THEN 'plain' WHEN 'e' THEN 'external' WHEN 'm' THEN 'main'
                ELSE 'extended' END,
            'CATEGORY = ' || quote_literal(t.typcategory::text), CASE WHEN t.typispreferred THEN 'PREFERRED = true' END,
            'DEFAULT = ' || quote_literal(t.typdefault),
            'ELEMENT = ' || CASE WHEN t.typelem <> 0 THEN format_type(t.typelem, NULL) END,
            'DELIMITER = ' || quote_literal(t.typdelim::text), CASE WHEN t.typcollation <> 0 THEN 'COLLATABLE = true' END))
        WHEN t.typtype = 'p' THEN format('CREATE TYPE %s', t.name) END),
    ('not null', CASE WHEN t.typnotnull THEN 'yes' END),
    ('default', CASE WHEN t.typtype = 'd' THEN coalesce(pg_get_expr(t.typdefaultbin, 0), t.typdefault) END),
    ('owner', pg_get_userbyid(t.typowner)::text)) p (property, value)
