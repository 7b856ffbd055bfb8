CREATE TYPE c AS (a bigint, b text);
CREATE DOMAIN q AS c;
CREATE TABLE t (x q, y q[], z q, zs q[], id int);
