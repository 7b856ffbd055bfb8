CREATE SCHEMA one;
CREATE EXTENSION citext SCHEMA one;
CREATE TABLE t (word one.citext);
