CREATE DOMAIN email AS text;
CREATE TABLE people (email email);
ALTER DOMAIN email ADD CONSTRAINT has_at CHECK (value LIKE '%@%') NOT VALID;
