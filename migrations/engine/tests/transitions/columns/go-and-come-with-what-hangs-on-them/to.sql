CREATE TABLE t (a int, d text NOT NULL DEFAULT '', e timestamptz DEFAULT now());
CREATE INDEX td ON t (d);
CREATE VIEW v AS SELECT a FROM t WHERE d > '1';
