CREATE TABLE t (a int, b int);
CREATE VIEW v AS SELECT b, a FROM t;
CREATE RULE put AS ON INSERT TO v DO INSTEAD INSERT INTO t VALUES (new.a, new.b);
COMMENT ON RULE put ON v IS 'writes through';
