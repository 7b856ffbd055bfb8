CREATE TYPE span AS RANGE (subtype = int8);
CREATE TABLE t (id int PRIMARY KEY, s span DEFAULT '[1,2)', m span_multirange, EXCLUDE USING gist (s WITH &&));
CREATE INDEX t_s ON t USING gist (s);
CREATE VIEW v AS SELECT lower(s) AS l FROM t;
