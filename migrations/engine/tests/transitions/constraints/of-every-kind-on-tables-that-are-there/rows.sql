INSERT INTO p VALUES (1), (2);
INSERT INTO t VALUES (1, 1, 'abc'), (2, 2, 'def');
