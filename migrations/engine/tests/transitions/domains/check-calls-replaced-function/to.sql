CREATE FUNCTION fits(t text) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT length(t) < 9';
CREATE DOMAIN word AS text CONSTRAINT fitting CHECK (fits(value));
CREATE TABLE words (w word);
