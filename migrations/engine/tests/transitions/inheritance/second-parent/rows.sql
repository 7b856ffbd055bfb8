INSERT INTO trees VALUES ('oak', 20, 99.5, 300);
