CREATE TABLE sales (day date, amount int);
CREATE MATERIALIZED VIEW a AS SELECT day, amount FROM sales;
CREATE MATERIALIZED VIEW b AS SELECT day, sum(amount) AS amount FROM a GROUP BY day;
CREATE UNIQUE INDEX b_day ON b (day);
