INSERT INTO words VALUES ('a');
