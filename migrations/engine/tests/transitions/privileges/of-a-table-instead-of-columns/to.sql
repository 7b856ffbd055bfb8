CREATE TABLE t (a int, b int);
GRANT SELECT ON t TO reader;
GRANT UPDATE (b) ON t TO reader;
