CREATE TABLE t (id int PRIMARY KEY, j jsonb DEFAULT '{"a": [1, 2]}', a int[] DEFAULT '{1,2}', i interval DEFAULT '1 day 2 hours',
  d date DEFAULT '2020-02-29');
