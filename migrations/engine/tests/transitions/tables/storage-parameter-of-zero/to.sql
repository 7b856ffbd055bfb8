CREATE TABLE t (a int, b text);
ALTER TABLE t SET (parallel_workers = 0, vacuum_truncate = false);
