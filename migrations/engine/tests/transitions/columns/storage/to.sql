CREATE TABLE t (id int PRIMARY KEY, body text, picture bytea);
ALTER TABLE t ALTER body SET STORAGE external, ALTER picture SET STORAGE main;
