CREATE TYPE level AS ENUM ('low', 'odd', 'high');
CREATE DOMAIN some_level AS level CHECK (value <> 'high');
CREATE TYPE pair AS (a level, b level);
CREATE TYPE levels AS RANGE (SUBTYPE = level);
CREATE TABLE t (id int, many level[] DEFAULT ARRAY['low']::level[]);
