CREATE TYPE item AS (good text, count int);
CREATE TABLE orders (id int, items item[]);
