INSERT INTO people VALUES ('Ida');
