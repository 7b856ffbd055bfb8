INSERT INTO nodes VALUES (1, NULL), (2, 1), (101, 1), (102, 101);
