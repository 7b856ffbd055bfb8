INSERT INTO m VALUES (1, '5'), (2, '6');
