INSERT INTO rooms VALUES (1, 1);
INSERT INTO guests VALUES ('Ida', 1, 1), ('Ole', NULL, 5);
