CREATE TYPE c AS (a int, b text);
CREATE DOMAIN d AS c;
CREATE TABLE t (x d, y d[], z c, zs c[], id int);
