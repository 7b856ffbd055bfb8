CREATE FUNCTION bounds(a int, OUT low int, OUT high int) LANGUAGE sql AS 'SELECT a - 1, a + 1';
