CREATE TABLE t (id int, r int4range, CONSTRAINT apart EXCLUDE USING gist (r WITH &&) DEFERRABLE);
