CREATE TABLE orders (id int, day date, UNIQUE (id, day)) PARTITION BY RANGE (day);
CREATE TABLE orders_2024 PARTITION OF orders FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE INDEX orders_by_day ON orders (day) WITH (fillfactor = 70);
CREATE INDEX orders_by_id ON orders (id);
COMMENT ON INDEX orders_by_id IS 'by number';
