CREATE TABLE t (a int, b int);
GRANT SELECT ON t TO transitions_reader;
GRANT INSERT ON t TO transitions_other WITH GRANT OPTION;
