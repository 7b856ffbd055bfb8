INSERT INTO people VALUES (1, ('High Street', 'Oslo'));
