CREATE FUNCTION greet(who text, how text DEFAULT 'hello') RETURNS text LANGUAGE sql
    AS $$ SELECT how || ' ' || who $$;
