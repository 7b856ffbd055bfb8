CREATE FUNCTION twice(a int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT a * 2';
CREATE DOMAIN small AS int DEFAULT twice(2) CONSTRAINT small_twice CHECK (twice(value) < 100);
CREATE TABLE t (
    id int PRIMARY KEY DEFAULT twice(3),
    s small NOT NULL,
    d int GENERATED ALWAYS AS (twice(id)) STORED NOT NULL,
    CONSTRAINT t_twice CHECK (twice(id) > 0)
);
CREATE INDEX t_d ON t (d);
CREATE INDEX t_f ON t (twice(id));
CREATE VIEW v AS SELECT twice(id) AS x FROM t;
