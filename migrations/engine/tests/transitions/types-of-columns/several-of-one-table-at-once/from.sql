CREATE TABLE t (a int, b int, c varchar(3), d text, CONSTRAINT k PRIMARY KEY (a, b), CHECK (a < b OR c IS NULL));
CREATE VIEW v AS SELECT a + b AS s, c || d AS t FROM t;
