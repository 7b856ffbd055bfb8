INSERT INTO t VALUES (1, 'x', '3', 4);
