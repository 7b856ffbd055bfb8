CREATE TABLE t (a int, b text);
CREATE TABLE log (a int);
CREATE VIEW v AS SELECT a, b FROM t;
CREATE RULE cut AS ON DELETE TO v DO INSTEAD (
    INSERT INTO log VALUES (old.a);
    DELETE FROM t WHERE t.a = old.a RETURNING t.a, t.b
);
