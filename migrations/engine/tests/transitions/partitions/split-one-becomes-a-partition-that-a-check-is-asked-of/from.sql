CREATE TABLE orders (id int, n int) PARTITION BY RANGE (id);
ALTER TABLE orders ADD CONSTRAINT positive CHECK (n > 0);
CREATE TABLE others (id int, n int) PARTITION BY RANGE (id);
CREATE TABLE others_all PARTITION OF others DEFAULT;
