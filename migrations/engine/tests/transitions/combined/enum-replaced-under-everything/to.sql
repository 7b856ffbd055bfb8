CREATE FUNCTION nod() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN new; END $$;
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TABLE t (id int, m mood DEFAULT 'ok', CONSTRAINT not_sad CHECK (m > 'sad'));
CREATE FUNCTION better(m mood) RETURNS mood LANGUAGE sql IMMUTABLE AS $$ SELECT 'ok'::public.mood $$;
CREATE INDEX t_better ON t (better(m)) WHERE m = 'ok';
CREATE VIEW v AS SELECT id, better(m) AS m FROM t;
CREATE POLICY p ON t USING (m <> 'sad');
CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW WHEN (new.m = 'ok') EXECUTE FUNCTION nod();
COMMENT ON TYPE mood IS 'moods';
