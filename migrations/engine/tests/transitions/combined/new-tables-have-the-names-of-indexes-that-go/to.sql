CREATE TABLE t (b int);
CREATE TABLE x (a int);
CREATE TABLE u (b int);
CREATE TABLE y (a int);
CREATE VIEW v AS SELECT x.a, y.a AS c FROM x, y;
CREATE TABLE y2 (a int, b int);
CREATE VIEW v2 AS SELECT y2.a FROM y2;
CREATE TABLE hold (x y2);
