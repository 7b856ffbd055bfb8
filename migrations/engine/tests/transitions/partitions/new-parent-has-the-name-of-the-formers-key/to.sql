CREATE TABLE orders (id int, n int, CONSTRAINT one UNIQUE (id, n)) PARTITION BY RANGE (id);
CREATE TABLE orders_all PARTITION OF orders DEFAULT;
