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

UNION ALL
SELECT 'conversion', i.name, p.property, p.value
FROM identified i JOIN pg_conversion c ON c.oid = i.objid AND i.classid = 'pg_conversion'::regclass, LATERAL (VALUES
    ('definition', format('CREATE%s CONVERSION %s FOR %L TO %L FROM %s', CASE WHEN c.condefault THEN ' DEFAULT' ELSE '' END,
        i.name, pg_encoding_to_char(c.conforencoding), pg_encoding_to_char(c.contoencoding), c.conproc)),
    ('owner', pg_get_userbyid(c.conowner)::text)) p (property, value)

UNION ALL
SELECT 'text search configuration', i.name, p.property, p.value
FROM identified i JOIN pg_ts_config c ON c.oid = i.objid AND i.classid = 'pg_ts_config'::regclass
JOIN pg_ts_parser s ON s.oid = c.cfgparser, LATERAL (
    SELECT 'definition', format('CREATE TEXT SEARCH CONFIGURATION %s (PARSER = %s.%I)', i.name,
        s.prsnamespace::regnamespace, s.prsname)
    UNION ALL SELECT 'owner', pg_get_userbyid(c.cfgowner)::text
    UNION ALL SELECT 'mapping for ' || k.alias, string_agg(m.mapdict::regdictionary::text, ', ' ORDER BY m.mapseqno)
        FROM pg_ts_config_map m JOIN ts_token_type(c.cfgparser) k ON k.tokid = m.maptokentype
        WHERE m.mapcfg = c.oid GROUP BY k.alias) p (property, value)

UNION ALL
SELECT 'text search dictionary', i.name, p.property, p.value
FROM identified i JOIN pg_ts_dict d ON d.oid = i.objid AND i.classid = 'pg_ts_dict'::regclass
JOIN pg_ts_template t ON t.oid = d.dicttemplate, LATERAL (VALUES
    ('definition', format('CREATE TEXT SEARCH DICTIONARY %s (%s)', i.name, concat_ws(', ',
        format('TEMPLATE = %s.%I', t.tmplnamespace::regnamespace, t.tmplname), d.dictinitoption))),
    ('owner', pg_get_userbyid(d.dictowner)::text)) p (property, value)

UNION ALL
SELECT 'text search parser', i.name, 'definition', format('CREATE TEXT SEARCH PARSER %s (%s)', i.name, concat_ws(', ',
    'START = ' || s.prsstart, 'GETTOKEN = ' || s.prstoken, 'END = ' || s.prsend,
    'HEADLINE = ' || nullif(s.prsheadline::text, '-'), 'LEXTYPES = ' || s.prslextype))
FROM identified i JOIN pg_ts_parser s ON s.oid = i.objid AND i.classid = 'pg_ts_parser'::regclass

UNION ALL
SELECT 'text search template', i.name, 'definition', format('CREATE TEXT SEARCH TEMPLATE %s (%s)', i.name, concat_ws(', ',
    'INIT = ' || nullif(t.tmplinit::text, '-'), 'LEXIZE = ' || t.tmpllexize))
FROM identified i JOIN pg_ts_template t ON t.oid = i.objid AND i.classid = 'pg_ts_template'::regclass

UNION ALL
SELECT 'language', i.name, p.property, p.value
FROM identified i JOIN pg_language l ON l.oid = i.objid AND i.classid = 'pg_language'::regclass, LATERAL (VALUES
    ('definition', format('CREATE%s LANGUAGE %s%s', CASE WHEN l.lanpltrusted THEN ' TRUSTED' ELSE '' END, i.name, concat(
        ' HANDLER ' || nullif(l.lanplcallfoid, 0)::regproc, ' INLINE ' || nullif(l.laninline, 0)::regproc,
        ' VALIDATOR ' || nullif(l.lanvalidator, 0)::regproc))),
    ('owner', pg_get_userbyid(l.lanowner)::text)) p (property, value)

UNION ALL
SELECT 'access method', i.name, 'definition', format('CREATE ACCESS METHOD %s TYPE %s HANDLER %s', i.name,
    CASE a.amtype WHEN 't' THEN 'TABLE' ELSE 'INDEX' END, a.amhandler)
FROM identified i JOIN pg_am a ON a.oid = i.objid AND i.classid = 'pg_am'::regclass

UNION ALL
SELECT 'event trigger', i.name, p.property, p.value
FROM identified i JOIN pg_event_trigger e ON e.oid = i.objid AND i.classid = 'pg_event_trigger'::regclass, LATERAL (VALUES
    ('definition', format('CREATE EVENT TRIGGER %s ON %s%s EXECUTE FUNCTION %s()', i.name, e.evtevent,
        (SELECT format(' WHEN TAG IN (%s)', string_agg(quote_literal(t), ', ' ORDER BY t COLLATE "C")) FROM unnest(e.evttags) t
         HAVING count(*) > 0), e.evtfoid::regproc)),
    ('state', CASE e.evtenabled WHEN 'D' THEN 'disabled' WHEN 'R' THEN 'replica' WHEN 'A' THEN 'always' END),
    ('owner', pg_get_userbyid(e.evtowner)::text)) p (property, value)
