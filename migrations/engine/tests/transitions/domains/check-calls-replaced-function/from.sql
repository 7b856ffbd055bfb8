CREATE FUNCTION fits(s text) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT length(s) < 9';
CREATE DOMAIN word AS text CONSTRAINT fitting CHECK (fits(value));
CREATE TABLE words (w word);
