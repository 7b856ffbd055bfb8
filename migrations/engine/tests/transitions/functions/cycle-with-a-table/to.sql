CREATE TABLE orders (id int, no text);
CREATE FUNCTION next_no() RETURNS text LANGUAGE sql BEGIN ATOMIC SELECT count(*)::text FROM orders; END;
ALTER TABLE orders ALTER no SET DEFAULT next_no();
CREATE FUNCTION is_new(o orders) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT o.id IS NULL';
ALTER TABLE orders ADD CONSTRAINT fresh CHECK (NOT is_new(orders.*));
