CREATE DOMAIN inner_one AS text;
CREATE DOMAIN outer_one AS inner_one;
CREATE TABLE t (a outer_one[]);
