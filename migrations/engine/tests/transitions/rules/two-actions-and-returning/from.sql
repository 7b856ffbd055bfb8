CREATE TABLE t (a int, b text);
CREATE TABLE log (a int);
CREATE VIEW v AS SELECT a, b FROM t;
