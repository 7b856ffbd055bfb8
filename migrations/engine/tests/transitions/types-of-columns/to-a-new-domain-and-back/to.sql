CREATE DOMAIN short AS text CHECK (length(value) < 100);
CREATE TABLE t (id int PRIMARY KEY, a short NOT NULL);
