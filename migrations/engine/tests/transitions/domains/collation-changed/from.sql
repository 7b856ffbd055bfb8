CREATE DOMAIN word AS text;
CREATE TABLE words (w word);
CREATE INDEX words_w ON words (w);
