INSERT INTO games VALUES (1, ('Ida', 3));
