CREATE TABLE orders (id int NOT NULL, day date NOT NULL, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
CREATE TABLE orders_2024 PARTITION OF orders FOR VALUES FROM ('2023-01-01') TO ('2025-01-01');
CREATE TABLE lines (id int, day date, FOREIGN KEY (id, day) REFERENCES orders (id, day));
