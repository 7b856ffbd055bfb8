INSERT INTO trees (id, name) VALUES (1, 'oak');
