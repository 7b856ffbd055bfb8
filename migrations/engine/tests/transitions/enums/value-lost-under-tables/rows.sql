INSERT INTO p VALUES ('sad', 1), ('ok', 2);
INSERT INTO t (id, m) VALUES (1, 'ok'), (2, 'sad');
INSERT INTO whole VALUES (1, 'sad');
