CREATE DOMAIN two AS numeric DEFAULT 7;
CREATE DOMAIN one AS numeric(8,2);
CREATE TABLE t (a one, b two);
