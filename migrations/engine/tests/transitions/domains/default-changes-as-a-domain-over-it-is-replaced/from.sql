CREATE DOMAIN base AS numeric;
CREATE DOMAIN one AS base CONSTRAINT one_check CHECK (value < 101);
CREATE TABLE t (a one);
