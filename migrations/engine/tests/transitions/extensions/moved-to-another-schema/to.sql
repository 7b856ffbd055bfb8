CREATE SCHEMA tools;
CREATE TABLE t (id int);
CREATE EXTENSION pgcrypto SCHEMA tools;
ALTER TABLE t ADD token bytea DEFAULT tools.gen_random_bytes(8);
