CREATE TABLE sales (day date, amount int);
CREATE MATERIALIZED VIEW totals AS SELECT day, amount FROM sales;
CREATE INDEX totals_amount ON totals (amount DESC);
CREATE VIEW best AS SELECT max(amount) AS amount FROM totals;
