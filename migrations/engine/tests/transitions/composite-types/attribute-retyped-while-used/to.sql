CREATE TYPE item AS (good text, count bigint);
CREATE TABLE orders (id int, item item);
