CREATE DOMAIN word AS text COLLATE "C";
CREATE TABLE words (w word);
CREATE INDEX words_w ON words (w);
