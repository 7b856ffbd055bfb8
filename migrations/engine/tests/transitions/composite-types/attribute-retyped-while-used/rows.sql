INSERT INTO orders VALUES (1, ('milk', 2));
