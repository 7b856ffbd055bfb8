CREATE TABLE kept (tag text);
CREATE FUNCTION keep_tag() RETURNS event_trigger LANGUAGE plpgsql
    AS $$ BEGIN INSERT INTO public.kept VALUES (tg_tag); END $$;
