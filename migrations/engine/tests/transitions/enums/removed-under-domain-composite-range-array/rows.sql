INSERT INTO t VALUES (1, '{low,high}'), (2, NULL);
