CREATE TABLE t (a int, b int);
GRANT SELECT (b), UPDATE (b) ON t TO transitions_reader;
