INSERT INTO orders_all VALUES (1, 2);
