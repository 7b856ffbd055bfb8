CREATE SCHEMA later;
CREATE TYPE later.pair AS (a int, b text);
CREATE DOMAIN pair_of AS later.pair;
CREATE TABLE t (a pair_of);
