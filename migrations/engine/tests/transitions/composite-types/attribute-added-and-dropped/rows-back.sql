INSERT INTO people VALUES (1, ('High Street', '0150', 'NO'));
