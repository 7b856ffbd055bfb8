CREATE TABLE t (a uuid, b date) PARTITION BY RANGE (b);
CREATE INDEX first ON t (b DESC);
CREATE INDEX second ON t (a, b) WITH (fillfactor = 91);
