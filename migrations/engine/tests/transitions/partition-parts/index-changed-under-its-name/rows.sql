INSERT INTO visits VALUES (1, '2024-03-01', 'Home'), (2, '1999-03-01', 'About');
