INSERT INTO t VALUES (1, 'too long for five');
