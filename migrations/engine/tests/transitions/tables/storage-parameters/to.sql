CREATE TABLE t (a int, b text) WITH (autovacuum_vacuum_scale_factor = 0.01, toast.autovacuum_vacuum_threshold = 100);
