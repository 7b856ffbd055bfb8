INSERT INTO goods (name, price) VALUES ('hat', 5);
INSERT INTO orders (good, state) VALUES (1, 'paid');
