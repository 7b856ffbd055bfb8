CREATE TABLE t (a int, b int);
CREATE SCHEMA app;
CREATE TABLE owned (a int);
CREATE POLICY p ON t TO transitions_reader USING (a > 0);
