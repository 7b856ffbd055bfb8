CREATE TABLE t (a int, b int, c int GENERATED ALWAYS AS IDENTITY);
GRANT INSERT (a, b), UPDATE (b) ON t TO writer;
GRANT USAGE ON SEQUENCE t_c_seq TO writer;
