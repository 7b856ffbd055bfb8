CREATE TABLE sales (day date, amount int);
CREATE MATERIALIZED VIEW days AS SELECT DISTINCT day FROM sales;
