INSERT INTO plants VALUES ('fern');
INSERT INTO trees VALUES ('oak', 300);
