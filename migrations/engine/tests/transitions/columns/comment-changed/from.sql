CREATE TABLE t (id int PRIMARY KEY, body text);
COMMENT ON COLUMN t.body IS 'old';
COMMENT ON TABLE t IS 'a table';
