CREATE TABLE t (id serial, n int);
CREATE SEQUENCE t_n_seq_before;
CREATE TABLE u (n serial);
