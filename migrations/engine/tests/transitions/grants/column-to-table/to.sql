CREATE TABLE t (a int, b int);
GRANT SELECT ON t TO transitions_reader;
GRANT UPDATE (b) ON t TO transitions_reader;
