INSERT INTO people VALUES ('ok', '{ok}', 1, ROW('ok', 2));
