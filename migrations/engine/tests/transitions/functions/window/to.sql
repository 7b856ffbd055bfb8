CREATE FUNCTION my_row_number() RETURNS bigint LANGUAGE internal WINDOW IMMUTABLE AS 'window_row_number';
CREATE VIEW numbered AS SELECT my_row_number() OVER (ORDER BY x) AS n FROM generate_series(1, 3) x;
