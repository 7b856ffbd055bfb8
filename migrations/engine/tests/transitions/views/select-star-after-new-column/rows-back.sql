INSERT INTO books VALUES (1, 'Sult', 1890);
