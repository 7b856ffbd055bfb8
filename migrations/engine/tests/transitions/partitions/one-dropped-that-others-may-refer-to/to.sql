CREATE TABLE orders (id bigint NOT NULL, day date NOT NULL, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
CREATE TABLE orders_2025 PARTITION OF orders FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE lines (id bigint, day date, FOREIGN KEY (id, day) REFERENCES orders (id, day));
