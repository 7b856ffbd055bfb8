CREATE EXTENSION pg_stat_statements;
REVOKE SELECT ON pg_stat_statements FROM PUBLIC;
GRANT SELECT ON pg_stat_statements TO transitions_reader;
GRANT EXECUTE ON FUNCTION pg_stat_statements_reset TO transitions_reader;
