CREATE DOMAIN inner_one AS text[] NOT NULL CONSTRAINT short CHECK (length(value::text) < 1060);
CREATE DOMAIN outer_one AS inner_one[] CONSTRAINT shorter CHECK (length(value::text) < 10700);
CREATE TABLE t (a outer_one[]);
