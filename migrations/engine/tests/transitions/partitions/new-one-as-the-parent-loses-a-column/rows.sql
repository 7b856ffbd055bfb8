INSERT INTO orders (id, day) VALUES (1, '2024-02-02');
INSERT INTO orders_2025 (id, day) VALUES (2, '2025-08-01');
