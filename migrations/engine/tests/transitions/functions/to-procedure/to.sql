CREATE TABLE t (a int);
CREATE PROCEDURE clean(n int) LANGUAGE sql AS 'DELETE FROM t WHERE a < n';
COMMENT ON PROCEDURE clean IS 'deletes what is low';
GRANT EXECUTE ON PROCEDURE clean TO transitions_reader;
