CREATE TABLE t (a uuid, b date) PARTITION BY RANGE (b);
CREATE INDEX first ON t (a, b);
CREATE INDEX second ON t (a, b) WITH (fillfactor = 91);
CREATE TABLE part PARTITION OF t FOR VALUES FROM ('2016-01-01') TO ('2017-01-01');
