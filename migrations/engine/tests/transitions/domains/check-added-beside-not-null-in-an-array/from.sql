CREATE DOMAIN word AS text NOT NULL;
CREATE TABLE t (a word[]);
