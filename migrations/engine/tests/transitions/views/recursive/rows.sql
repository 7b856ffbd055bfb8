INSERT INTO folders VALUES (1, NULL, 'root'), (2, 1, 'home');
