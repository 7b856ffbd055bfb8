CREATE TABLE orders (id int, n int) PARTITION BY RANGE (id);
CREATE TABLE orders_all PARTITION OF orders DEFAULT;
