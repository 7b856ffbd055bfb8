CREATE SCHEMA app;
GRANT USAGE ON SCHEMA app TO transitions_reader;
COMMENT ON SCHEMA app IS 'the app';
