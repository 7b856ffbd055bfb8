CREATE TABLE t (id int PRIMARY KEY, at timestamptz, d timestamp, i time(0));
