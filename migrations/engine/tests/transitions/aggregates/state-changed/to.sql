CREATE TABLE t (a int);
CREATE AGGREGATE total(int) (SFUNC = int84pl, STYPE = bigint, INITCOND = '0');
CREATE VIEW v AS SELECT total(a) AS n FROM t;
REVOKE EXECUTE ON FUNCTION total(int) FROM PUBLIC;
COMMENT ON AGGREGATE total(int) IS 'adds more';
