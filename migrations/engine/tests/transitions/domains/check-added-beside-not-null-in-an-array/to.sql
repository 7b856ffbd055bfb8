CREATE DOMAIN word AS text NOT NULL CONSTRAINT short CHECK (length(value) < 101);
CREATE TABLE t (a word[]);
