CREATE TABLE t (b text CONSTRAINT c CHECK (b IN ('x', 'y')), n int DEFAULT -1);
