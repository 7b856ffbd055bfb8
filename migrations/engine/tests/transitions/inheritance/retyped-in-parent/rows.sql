INSERT INTO plants VALUES ('fern', 1);
INSERT INTO trees VALUES ('oak', 20, 300);
