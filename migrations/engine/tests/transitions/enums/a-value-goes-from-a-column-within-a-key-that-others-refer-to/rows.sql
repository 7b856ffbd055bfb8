INSERT INTO t VALUES ('ok', 1), ('sad', 2);
INSERT INTO r VALUES (2);
