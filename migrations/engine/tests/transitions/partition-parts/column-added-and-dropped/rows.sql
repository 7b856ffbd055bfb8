INSERT INTO topics VALUES (5);
INSERT INTO posts VALUES (1, 24, 'a'), (2, 25, 'b'), (3, 26, 'c');
