INSERT INTO plants VALUES ('fern');
