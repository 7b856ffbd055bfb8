CREATE TABLE t (a int);
GRANT MAINTAIN, TRIGGER ON t TO transitions_reader;
