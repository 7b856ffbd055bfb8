INSERT INTO people VALUES (1, '2000-01-01', 'ada');
