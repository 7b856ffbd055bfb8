CREATE FUNCTION greet(who text DEFAULT 'you', how text DEFAULT 'hi') RETURNS text LANGUAGE sql
    AS $$ SELECT how || ' ' || who $$;
