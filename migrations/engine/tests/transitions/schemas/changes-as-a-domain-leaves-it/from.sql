CREATE SCHEMA app;
CREATE DOMAIN app.small AS smallint NOT NULL CHECK (value > 1);
CREATE TABLE app.t (a app.small[]);
