SELECT 'text search configuration', i.name, p.property, p.value
FROM identified i JOIN pg_ts_config c ON c.oid = i.objid AND i.classid = 'pg_ts_config'::regclass
JOIN pg_ts_parser s ON s.oid = c.cfgparser, LATERAL (
    SELECT 'definition', format('CREATE TEXT SEARCH CONFIGURATION %s (PARSER = %s.%I)', i.name,
        s.prsnamespace::regnamespace, s.prsname)
    UNION ALL SELECT 'owner', pg_get_userbyid(c.cfgowner)::text
    UNION ALL SELECT 'mapping for ' || k.alias, string_agg(m.mapdict::regdictionary::text, ', ' ORDER BY m.mapseqno)
        FROM pg_ts_config_map m JOIN ts_token_type(c.cfgparser) k ON k.tokid = m.maptokentype
        WHERE m.mapcfg = c.oid GROUP BY k.alias) p (property, value)
