CREATE SEQUENCE t_id_seq AS int;
CREATE TABLE t (id uuid, n int);
CREATE SEQUENCE u_n_seq_before;
CREATE SEQUENCE t_n_seq_before;
CREATE TABLE u (n int GENERATED ALWAYS AS IDENTITY);
