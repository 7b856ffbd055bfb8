CREATE PROCEDURE count_up(a int, OUT b int) LANGUAGE sql AS 'SELECT a';
