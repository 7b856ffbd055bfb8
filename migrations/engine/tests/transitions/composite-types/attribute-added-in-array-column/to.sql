CREATE TYPE item AS (good text, count int, price numeric);
CREATE TABLE orders (id int, items item[]);
COMMENT ON COLUMN item.price IS 'of one';
