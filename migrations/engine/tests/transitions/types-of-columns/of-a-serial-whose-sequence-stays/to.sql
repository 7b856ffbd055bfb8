CREATE TABLE t (id serial PRIMARY KEY, a text);
ALTER TABLE t ALTER id TYPE bigint;
