CREATE TABLE kept (tag text);
CREATE FUNCTION keep_tag() RETURNS event_trigger LANGUAGE plpgsql
    AS $$ BEGIN INSERT INTO public.kept VALUES (tg_tag); END $$;
CREATE TABLE t (a int);
CREATE INDEX t_a ON t (a);
CREATE EVENT TRIGGER keeping ON ddl_command_start EXECUTE FUNCTION keep_tag();
