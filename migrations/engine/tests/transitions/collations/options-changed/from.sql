CREATE COLLATION plain (PROVIDER = libc, LOCALE = 'C');
CREATE TABLE words (w text COLLATE plain);
CREATE INDEX words_w ON words (w);
CREATE DOMAIN word AS text COLLATE plain;
