INSERT INTO orders (n) VALUES (2);
