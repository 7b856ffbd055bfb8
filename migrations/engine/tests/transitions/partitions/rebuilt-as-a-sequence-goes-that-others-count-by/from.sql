CREATE TABLE t (id serial, n int) PARTITION BY RANGE (id);
CREATE TABLE t_all PARTITION OF t DEFAULT;
CREATE TABLE o (id int DEFAULT nextval('t_id_seq'), n int);
CREATE VIEW v AS SELECT last_value FROM t_id_seq;
CREATE TABLE t2 (id serial, n int) PARTITION BY RANGE (id);
CREATE TABLE t2_all PARTITION OF t2 DEFAULT;
CREATE TABLE o2 (id int DEFAULT nextval('t2_id_seq'), n int) PARTITION BY RANGE (n);
CREATE TABLE o2_all PARTITION OF o2 DEFAULT;
