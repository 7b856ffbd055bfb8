INSERT INTO rooms VALUES (1, 1, 'a'), (3, 1, NULL);
