INSERT INTO orders VALUES (1, ARRAY[('milk', 2, 9.5)::item]);
