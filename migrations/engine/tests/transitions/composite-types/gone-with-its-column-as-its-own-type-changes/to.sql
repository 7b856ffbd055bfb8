CREATE TYPE inner_one AS (b text);
CREATE TABLE t (y inner_one[]);
