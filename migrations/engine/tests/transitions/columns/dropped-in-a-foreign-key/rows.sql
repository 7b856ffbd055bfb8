INSERT INTO p SELECT generate_series(1, 3);
INSERT INTO t SELECT n, n FROM generate_series(1, 2) AS n;
