CREATE FUNCTION bounds(a int, OUT low int) LANGUAGE sql AS 'SELECT a - 1';
