CREATE SCHEMA s2;
CREATE TABLE t (a int, b text);
CREATE STATISTICS s2.st ON lower(b), a FROM t;
