INSERT INTO books VALUES (1, 'x', 'Sult');
