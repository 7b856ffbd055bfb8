CREATE DOMAIN code AS bigint CHECK (value > 0);
CREATE DOMAIN codes AS code CHECK (value < 100);
CREATE TABLE t (id code PRIMARY KEY, c codes DEFAULT 1, d code[]);
CREATE TABLE u (id code REFERENCES t);
CREATE TYPE pair AS (a code, b text);
CREATE TABLE v (b pair);
CREATE VIEW x AS SELECT id, c FROM t;
