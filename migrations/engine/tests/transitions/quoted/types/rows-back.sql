INSERT INTO t VALUES ('Sad', 'a');
