CREATE COLLATION plain FROM "C";
CREATE TABLE words (id int, w text COLLATE plain);
CREATE UNIQUE INDEX words_w ON words (w);
