CREATE COLLATION plain (PROVIDER = libc, LC_COLLATE = 'C', LC_CTYPE = 'POSIX');
CREATE TABLE words (w text COLLATE plain);
CREATE INDEX words_w ON words (w);
CREATE DOMAIN word AS text COLLATE plain;
