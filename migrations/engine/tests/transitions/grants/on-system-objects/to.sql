REVOKE EXECUTE ON FUNCTION pg_catalog.pg_sleep(double precision) FROM PUBLIC;
GRANT SELECT ON pg_catalog.pg_statistic TO transitions_reader;
REVOKE USAGE ON LANGUAGE sql FROM PUBLIC;
