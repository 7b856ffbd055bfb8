CREATE TYPE inner_one AS (a int, d date);
CREATE TYPE outer_one AS (b inner_one[], c text);
