CREATE TABLE t (id int PRIMARY KEY, s varchar(20), CONSTRAINT s_short CHECK (length(s) < 15));
CREATE INDEX t_lower ON t (lower(s));
CREATE INDEX t_part ON t (id) WHERE s <> '';
CREATE STATISTICS st ON id, s FROM t;
