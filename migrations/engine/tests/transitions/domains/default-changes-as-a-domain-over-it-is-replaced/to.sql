CREATE DOMAIN base AS numeric DEFAULT 7;
CREATE DOMAIN another AS base CONSTRAINT another_check CHECK (value < 101);
CREATE TABLE t (a another);
