CREATE TABLE sales (no int NOT NULL, amount int) PARTITION BY RANGE (no);
CREATE TABLE sales_low PARTITION OF sales FOR VALUES FROM (0) TO (100);
CREATE INDEX sales_amount ON sales (amount);
CREATE VIEW totals AS SELECT sum(amount) AS total FROM sales;
