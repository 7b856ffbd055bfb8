INSERT INTO rooms VALUES (1, 1, 'a'), (2, 1, 'b'), (3, 1, NULL);
