INSERT INTO visits VALUES ('a', '2024-03-01'), ('b', '2025-03-01');
