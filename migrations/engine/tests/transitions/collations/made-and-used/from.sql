CREATE TABLE words (id int, w text);
