INSERT INTO houses VALUES (1, ROW(2, 'home')), (2, NULL);
