INSERT INTO people VALUES (5, 'ok');
