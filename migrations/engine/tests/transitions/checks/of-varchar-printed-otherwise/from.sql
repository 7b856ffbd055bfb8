CREATE TABLE t (a varchar(9), CONSTRAINT q CHECK (a IN ('p', 'q')));
