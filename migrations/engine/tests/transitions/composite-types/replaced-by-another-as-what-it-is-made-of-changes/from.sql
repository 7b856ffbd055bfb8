CREATE TYPE part AS ();
COMMENT ON TYPE part IS 'It''s 1';
GRANT USAGE ON TYPE part TO pg_monitor;
CREATE TYPE whole AS (a part[]);
CREATE TABLE t (x whole, n date) PARTITION BY RANGE (n);
CREATE TYPE grown AS (a int);
CREATE TYPE of_grown AS (a grown);
CREATE TABLE u (x of_grown, n int);
