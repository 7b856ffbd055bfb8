INSERT INTO t (id, d, e) VALUES (1, 'sad', '{fine,sad}'), (2, 'fine', NULL);
