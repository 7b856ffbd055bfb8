CREATE SCHEMA other;
CREATE TABLE t (a int);
CREATE TABLE other.t (a int);
ALTER TABLE other.t ADD CONSTRAINT c CHECK (a > 0);
