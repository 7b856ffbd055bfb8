INSERT INTO one (id, n) VALUES (1, 2); INSERT INTO ref (id) VALUES (1);
