INSERT INTO t (id, n) VALUES (7, 2);
