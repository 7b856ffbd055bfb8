INSERT INTO t (id, p) VALUES (1, ('x', '3', 'z')), (2, NULL);
