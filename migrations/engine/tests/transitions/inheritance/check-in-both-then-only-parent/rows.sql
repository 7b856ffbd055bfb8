INSERT INTO trees VALUES ('oak', 20, 300);
