CREATE TABLE plants (name text, CONSTRAINT named CHECK (name <> ''));
CREATE TABLE trees (rings int) INHERITS (plants);
CREATE UNIQUE INDEX trees_name ON trees (name);
CREATE VIEW all_plants AS SELECT name FROM plants;
