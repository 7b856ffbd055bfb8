INSERT INTO t VALUES ('x', 3), ('y', NULL);
