CREATE FUNCTION is_fine(a text) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT a <> ''''';
CREATE TABLE t (a text, CONSTRAINT c CHECK (is_fine(a)));
