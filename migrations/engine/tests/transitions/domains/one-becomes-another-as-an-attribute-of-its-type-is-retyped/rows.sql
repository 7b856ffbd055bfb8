INSERT INTO t VALUES (ROW(1, 'a "b", c'), ARRAY[ROW(2, NULL)::c], ROW(3, ''), ARRAY[ROW(4, 'd')::c], 5), (NULL, NULL, NULL, NULL, 6);
