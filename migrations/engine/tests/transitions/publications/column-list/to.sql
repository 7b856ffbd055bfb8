CREATE TABLE a (id int PRIMARY KEY, b text, c text);
CREATE PUBLICATION p FOR TABLE a (id, c);
