CREATE TABLE secrets (id int);
CREATE FUNCTION count_them() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM secrets';
GRANT EXECUTE ON FUNCTION count_them() TO transitions_reader WITH GRANT OPTION;
