INSERT INTO m (id) VALUES (1), (2);
