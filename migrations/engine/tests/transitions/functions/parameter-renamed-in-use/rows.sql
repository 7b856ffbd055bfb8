INSERT INTO t (id, s) VALUES (1, 2), (2, 3);
