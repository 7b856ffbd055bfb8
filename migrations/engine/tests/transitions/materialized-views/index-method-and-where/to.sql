CREATE TABLE sales (day date, amount int, note text);
CREATE MATERIALIZED VIEW totals AS SELECT day, amount, note FROM sales;
CREATE INDEX totals_note ON totals USING hash (note) WHERE amount > 0;
ALTER MATERIALIZED VIEW totals ALTER COLUMN note SET STATISTICS 500;
