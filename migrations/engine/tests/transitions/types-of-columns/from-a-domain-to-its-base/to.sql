CREATE DOMAIN short AS text CHECK (length(value) < 10);
CREATE TABLE t (id int PRIMARY KEY, a text DEFAULT 'x');
CREATE VIEW v AS SELECT a FROM t;
CREATE INDEX t_a ON t (a);
