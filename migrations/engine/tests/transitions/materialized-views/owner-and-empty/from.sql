CREATE TABLE sales (day date, amount int);
GRANT SELECT ON sales TO transitions_owner;
CREATE MATERIALIZED VIEW days AS SELECT DISTINCT day FROM sales WITH NO DATA;
