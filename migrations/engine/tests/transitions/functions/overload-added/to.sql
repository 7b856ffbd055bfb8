CREATE FUNCTION show(a int) RETURNS text LANGUAGE sql AS 'SELECT a::text';
CREATE FUNCTION show(a text, b text DEFAULT '') RETURNS text LANGUAGE sql AS 'SELECT a || b';
COMMENT ON FUNCTION show(text, text) IS 'of texts';
