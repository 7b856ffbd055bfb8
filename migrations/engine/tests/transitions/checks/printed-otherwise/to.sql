CREATE TABLE t (a text CONSTRAINT a_known CHECK (a IN ('x', 'y')), n int CONSTRAINT n_between CHECK (n BETWEEN 1 AND 10 AND NOT n = 5));
