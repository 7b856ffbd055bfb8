CREATE DOMAIN inner_one AS text NOT NULL;
CREATE DOMAIN outer_one AS inner_one;
CREATE TABLE t (a outer_one[]);
