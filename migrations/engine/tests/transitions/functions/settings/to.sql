CREATE FUNCTION path() RETURNS text LANGUAGE sql SET search_path = pg_catalog, "My own", public
    SET work_mem = '8MB' AS $$ SELECT 'a' $$;
CREATE FUNCTION zone() RETURNS text LANGUAGE sql SET timezone TO 'Europe/Oslo' AS $$ SELECT 'b' $$;
