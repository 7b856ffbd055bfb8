CREATE TABLE t (a int, b text) WITH (fillfactor = 70, toast.autovacuum_enabled = false);
