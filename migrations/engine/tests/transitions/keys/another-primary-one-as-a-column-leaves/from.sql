CREATE TABLE t (a date, b boolean, CONSTRAINT one PRIMARY KEY (a, b));
