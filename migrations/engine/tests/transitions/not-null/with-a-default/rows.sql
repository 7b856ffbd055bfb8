INSERT INTO t VALUES (1, 1, 'b'), (2, 2, 'c');
