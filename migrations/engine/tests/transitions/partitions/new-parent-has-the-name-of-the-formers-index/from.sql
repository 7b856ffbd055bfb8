CREATE TABLE old_orders (id int, n int) PARTITION BY RANGE (id);
CREATE INDEX orders ON old_orders (n);
CREATE TABLE orders_all PARTITION OF old_orders DEFAULT;
