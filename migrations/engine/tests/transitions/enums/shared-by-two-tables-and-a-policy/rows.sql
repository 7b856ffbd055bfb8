INSERT INTO people VALUES (1, 'writer'), (2, 'reader');
