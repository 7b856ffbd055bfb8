CREATE SCHEMA s2;
CREATE TABLE t (a int, b int);
CREATE TABLE s2.t (a int, b int);
CREATE INDEX i ON t (a);
CREATE INDEX i ON s2.t (b);
