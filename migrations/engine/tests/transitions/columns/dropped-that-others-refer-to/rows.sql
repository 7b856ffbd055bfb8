INSERT INTO p VALUES (1, 'x'), (2, 'y');
INSERT INTO t VALUES (1, 'x'), (2, NULL);
