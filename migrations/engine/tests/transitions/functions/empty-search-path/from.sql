CREATE FUNCTION path() RETURNS text LANGUAGE sql SET search_path = '' AS $$ SELECT 'a' $$;
