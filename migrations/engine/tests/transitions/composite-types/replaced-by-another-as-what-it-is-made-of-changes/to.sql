CREATE TYPE part AS ();
GRANT USAGE ON TYPE part TO pg_monitor;
CREATE TYPE other AS (a part[]);
CREATE TABLE t (x other, n date) PARTITION BY RANGE (n);
CREATE TYPE grown AS (a int, b text);
CREATE TYPE of_grown_too AS (a grown);
CREATE TABLE u (x of_grown_too, n int);
