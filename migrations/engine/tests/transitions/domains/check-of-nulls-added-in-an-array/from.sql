CREATE DOMAIN word AS text;
CREATE TABLE t (a word[]);
