CREATE TABLE t (a int, b text);
CREATE INDEX i ON t (a, b);
COMMENT ON INDEX i IS 'why it has both';
