INSERT INTO t VALUES (1, '[3,5)', '{[1,2),[4,6)}'), (2, NULL, NULL);
