CREATE TABLE t (id int, r int4range);
