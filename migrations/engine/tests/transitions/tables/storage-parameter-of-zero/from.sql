CREATE TABLE t (a int, b text);
ALTER TABLE t SET (autovacuum_analyze_threshold = 0, vacuum_truncate = off);
