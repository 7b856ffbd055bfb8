INSERT INTO orders (id) VALUES (150);
