CREATE TABLE sales (day date, amount int);
CREATE MATERIALIZED VIEW totals WITH (autovacuum_enabled = false) AS SELECT day FROM sales;
COMMENT ON COLUMN totals.day IS 'the day';
