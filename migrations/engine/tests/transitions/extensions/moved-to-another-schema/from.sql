CREATE SCHEMA tools;
CREATE TABLE t (id int);
CREATE EXTENSION pgcrypto;
ALTER TABLE t ADD token bytea DEFAULT gen_random_bytes(8);
