INSERT INTO goods VALUES (1, 'red shoes');
