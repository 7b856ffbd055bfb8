CREATE SCHEMA two;
CREATE EXTENSION citext SCHEMA two;
CREATE TABLE t (word two.citext);
