CREATE FUNCTION surface(a int, b int) RETURNS int LANGUAGE sql AS 'SELECT a * b';
CREATE VIEW v AS SELECT surface(2, 3) AS six;
GRANT EXECUTE ON FUNCTION surface TO transitions_reader;
