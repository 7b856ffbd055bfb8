CREATE SCHEMA former;
CREATE TYPE former.pair AS (a int, b text);
CREATE DOMAIN pair_of AS former.pair;
CREATE TABLE t (a pair_of);
