CREATE TABLE sales (day date, amount int);
CREATE MATERIALIZED VIEW totals WITH (fillfactor = 80) AS SELECT day FROM sales;
