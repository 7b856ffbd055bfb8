CREATE TABLE t (a int, b int);
GRANT SELECT ON t TO transitions_reader WITH GRANT OPTION;
GRANT INSERT ON t TO transitions_other;
