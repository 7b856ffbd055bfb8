CREATE TABLE t (id int PRIMARY KEY, body text);
COMMENT ON COLUMN t.body IS E'new\nof two lines \\ and a backslash';
