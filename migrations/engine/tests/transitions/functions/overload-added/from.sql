CREATE FUNCTION show(a int) RETURNS text LANGUAGE sql AS 'SELECT a::text';
CREATE FUNCTION show(a date) RETURNS text LANGUAGE sql AS 'SELECT a::text';
COMMENT ON FUNCTION show(date) IS 'of dates';
