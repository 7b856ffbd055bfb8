CREATE TYPE place AS (street text, no text, town text);
CREATE TABLE t (id int PRIMARY KEY, p place, d place DEFAULT ROW('a', '1', 'b'));
CREATE VIEW v AS SELECT (p).street FROM t;
