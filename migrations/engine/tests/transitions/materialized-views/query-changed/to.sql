CREATE TABLE sales (day date, amount int, shop int);
CREATE MATERIALIZED VIEW totals AS SELECT day, sum(amount) * 2 AS total FROM sales GROUP BY day;
CREATE UNIQUE INDEX totals_day ON totals (day);
CREATE STATISTICS totals_both ON day, total FROM totals;
GRANT SELECT ON totals TO transitions_reader;
COMMENT ON MATERIALIZED VIEW totals IS 'by day';
COMMENT ON INDEX totals_day IS 'one a day';
