CREATE SCHEMA app;
CREATE SCHEMA archive;
CREATE VIEW app.logs AS SELECT 1 AS id;
CREATE TABLE archive.logs (id bigint, at date);
