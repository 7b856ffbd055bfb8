CREATE TABLE t (id int PRIMARY KEY, body text);
COMMENT ON COLUMN t.body IS 'what it says; it''s long';
ALTER TABLE t ALTER body SET (n_distinct = -0.5);
