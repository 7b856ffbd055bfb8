CREATE FUNCTION path() RETURNS text LANGUAGE sql SET search_path = 'pg_catalog', 'pg_temp'
    AS $$ SELECT 'a' $$;
