SELECT o.kind, o.name, CASE WHEN x.is_secret THEN 'secret option ' ELSE 'option ' END || option_name,
       CASE WHEN x.is_secret THEN encode(sha256(convert_to(option_value, 'UTF8')), 'hex') ELSE option_value END
FROM optioned o, pg_options_to_table(o.options), LATERAL (
    SELECT o.kind = 'user mapping' AND option_name <> 'user'
        OR option_name ~* 'pass|secret|token|key|credential|auth' AS is_secret) x
