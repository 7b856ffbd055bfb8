CREATE SCHEMA app;
COMMENT ON SCHEMA app IS 'it';
CREATE DOMAIN small AS smallint NOT NULL CHECK (value > 1);
CREATE TABLE app.t (a small[]);
