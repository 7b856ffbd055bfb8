CREATE FUNCTION surface(wide int, high int) RETURNS int LANGUAGE sql AS 'SELECT wide * high';
CREATE VIEW v AS SELECT surface(2, 3) AS six;
GRANT EXECUTE ON FUNCTION surface TO transitions_reader;
