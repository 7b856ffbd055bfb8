CREATE TABLE people (id int, name text);
CREATE EXTENSION citext;
CREATE EXTENSION pg_trgm;
ALTER TABLE people ADD nick citext DEFAULT 'x'::citext;
CREATE INDEX people_name ON people USING gin (name gin_trgm_ops);
CREATE VIEW close AS SELECT id FROM people WHERE name % 'Ida';
