CREATE TABLE t (id int PRIMARY KEY, x numeric(10, 2), y timestamptz, z uuid);
