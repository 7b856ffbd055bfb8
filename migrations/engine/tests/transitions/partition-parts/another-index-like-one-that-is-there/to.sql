CREATE TABLE orders (id int, day date) PARTITION BY RANGE (id);
CREATE TABLE orders_low PARTITION OF orders FOR VALUES FROM (0) TO (100);
CREATE INDEX first ON orders (day);
CREATE INDEX second ON orders (day);
