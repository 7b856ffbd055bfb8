CREATE TABLE orders (id int, day date, UNIQUE (id, day) WITH (fillfactor = 60)) PARTITION BY RANGE (day);
CREATE TABLE orders_2024 PARTITION OF orders FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE INDEX orders_by_day ON orders (day);
CREATE INDEX orders_by_id ON orders (id) WITH (fillfactor = 80);
COMMENT ON INDEX orders_by_id IS 'by number';
