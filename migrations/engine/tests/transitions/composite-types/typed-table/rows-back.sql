INSERT INTO people VALUES (1, 'Ida', '2000-01-01');
