INSERT INTO trees VALUES ('oak', 3);
