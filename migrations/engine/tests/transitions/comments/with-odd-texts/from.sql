CREATE TABLE t (a int, b int, c int, d int);
COMMENT ON COLUMN t.a IS 'it''s';
COMMENT ON COLUMN t.b IS '';
COMMENT ON COLUMN t.d IS 'gone soon';
