CREATE TABLE a (id int PRIMARY KEY, b text);
