CREATE TYPE inner_one AS (a bigint, b text);
CREATE TYPE outer_one AS (c inner_one);
CREATE TABLE t (x outer_one[], y inner_one[]);
