CREATE TABLE t (a int, c text);
GRANT SELECT (c) ON t TO transitions_reader;
