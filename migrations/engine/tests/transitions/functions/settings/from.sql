CREATE FUNCTION path() RETURNS text LANGUAGE sql SET search_path = public AS $$ SELECT 'a' $$;
CREATE FUNCTION zone() RETURNS text LANGUAGE sql AS $$ SELECT 'b' $$;
