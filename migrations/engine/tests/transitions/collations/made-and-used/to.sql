CREATE TABLE words (id int, w text);
CREATE COLLATION by_code (PROVIDER = builtin, LOCALE = 'C.UTF-8');
COMMENT ON COLLATION by_code IS 'by code point';
CREATE INDEX words_w ON words (w COLLATE by_code);
CREATE VIEW sorted AS SELECT w FROM words ORDER BY w COLLATE by_code;
