CREATE DOMAIN word AS text CONSTRAINT given CHECK (value IS NOT NULL);
CREATE TABLE t (a word[]);
