CREATE SCHEMA app;
CREATE EXTENSION hstore;
CREATE COLLATION app.plain FROM "C";
CREATE TYPE app.mood AS ENUM ('sad', 'ok');
CREATE DOMAIN app.short AS text COLLATE app.plain DEFAULT 'a' CONSTRAINT is_short CHECK (length(value) < 9);
CREATE TYPE app.pair AS (a app.mood, b int);
CREATE FUNCTION app.apart(a time, b time) RETURNS float8 LANGUAGE sql IMMUTABLE
    AS 'SELECT extract(epoch FROM a - b)::float8';
CREATE TYPE app.hours AS RANGE (SUBTYPE = time, SUBTYPE_DIFF = app.apart);
CREATE SEQUENCE app.no;
CREATE TABLE app.t (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, s serial UNIQUE, m app.mood DEFAULT 'ok',
    w app.short, p app.pair, h app.hours, n int DEFAULT nextval('app.no'), k hstore,
    g int GENERATED ALWAYS AS (id * 2) STORED, CONSTRAINT positive CHECK (n > 0),
    EXCLUDE USING gist (h WITH &&));
CREATE TABLE app.u (id int PRIMARY KEY, t int REFERENCES app.t ON DELETE CASCADE);
ALTER TABLE app.t ADD u int REFERENCES app.u;
CREATE TABLE app.parts (id int, at date, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE app.parts_1 PARTITION OF app.parts FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE app.parent (a int);
CREATE TABLE app.child (b int) INHERITS (app.parent);
CREATE INDEX t_w ON app.t (lower(w)) WHERE n > 5;
CREATE STATISTICS app.st ON n, w FROM app.t;
CREATE VIEW app.v AS SELECT id, w FROM app.t;
CREATE MATERIALIZED VIEW app.mv AS SELECT count(*) AS n FROM app.v;
CREATE UNIQUE INDEX mv_n ON app.mv (n);
CREATE RULE r AS ON INSERT TO app.v DO INSTEAD NOTHING;
CREATE FUNCTION app.touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN new; END $$;
CREATE TRIGGER g BEFORE UPDATE OF w ON app.t FOR EACH ROW WHEN (new.n > 1) EXECUTE FUNCTION app.touch();
CREATE POLICY p ON app.t FOR SELECT TO transitions_reader USING (n > 0);
ALTER TABLE app.t ENABLE ROW LEVEL SECURITY;
CREATE PROCEDURE app.proc(a int) LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION app.rows() RETURNS SETOF app.t LANGUAGE sql STABLE BEGIN ATOMIC SELECT * FROM app.t; END;
CREATE AGGREGATE app.total(int) (SFUNC = int4pl, STYPE = int);
CREATE FUNCTION app.same(app.pair, app.pair) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true';
CREATE OPERATOR app.=== (LEFTARG = app.pair, RIGHTARG = app.pair, FUNCTION = app.same);
CREATE CAST (app.pair AS text) WITH INOUT;
CREATE TEXT SEARCH DICTIONARY app.dict (TEMPLATE = simple);
CREATE TEXT SEARCH CONFIGURATION app.conf (COPY = simple);
ALTER TEXT SEARCH CONFIGURATION app.conf ALTER MAPPING FOR word WITH app.dict;
CREATE FOREIGN DATA WRAPPER own;
CREATE SERVER far FOREIGN DATA WRAPPER own;
CREATE USER MAPPING FOR PUBLIC SERVER far;
CREATE FOREIGN TABLE app.f (id int) SERVER far;
CREATE PUBLICATION pub FOR TABLE app.u WHERE (id > 1), TABLES IN SCHEMA app;
CREATE FUNCTION app.watch() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN NULL; END $$;
CREATE EVENT TRIGGER watching ON ddl_command_end EXECUTE FUNCTION app.watch();
GRANT SELECT ON app.t TO transitions_reader;
ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT SELECT ON TABLES TO transitions_reader;
COMMENT ON TABLE app.t IS 'everything';
