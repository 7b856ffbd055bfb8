CREATE DOMAIN one AS numeric DEFAULT 7;
CREATE DOMAIN two AS numeric(8,2);
CREATE TABLE t (a two, b one);
