INSERT INTO t (id, a, b, s) VALUES (1, 2, 3, 'x'), (2, 2, 3, 'y');
INSERT INTO r VALUES (2), (NULL);
INSERT INTO p VALUES (1, 2);
INSERT INTO of_p VALUES (1);
INSERT INTO of_p_all VALUES (1);
