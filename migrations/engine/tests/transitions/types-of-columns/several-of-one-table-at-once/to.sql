CREATE TABLE t (a bigint, b bigint, c text, d varchar(100), CONSTRAINT k PRIMARY KEY (a, b), CHECK (a < b OR c IS NULL));
CREATE VIEW v AS SELECT a + b AS s, c || d AS t FROM t;
