CREATE TABLE t (a int, b int);
GRANT SELECT (a), UPDATE (a, b) ON t TO transitions_reader;
