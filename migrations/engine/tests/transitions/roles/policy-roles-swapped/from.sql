CREATE TABLE t (a int);
CREATE POLICY p ON t TO transitions_reader, transitions_other USING (a > 0);
