INSERT INTO rooms VALUES (1, 1, 1), (7, 1, 2);
