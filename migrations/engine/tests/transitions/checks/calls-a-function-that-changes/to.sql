CREATE FUNCTION is_fine(a text, long boolean) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT a <> '''' OR long';
CREATE TABLE t (a text, CONSTRAINT c CHECK (is_fine(a, true)));
