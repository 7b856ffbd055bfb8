INSERT INTO people VALUES ('ok');
