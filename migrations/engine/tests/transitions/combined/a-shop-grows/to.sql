CREATE TYPE state AS ENUM ('cart', 'ordered', 'paid', 'sent');
CREATE DOMAIN price AS numeric(10, 2) CHECK (value >= 0);
CREATE TABLE goods (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL UNIQUE, price price,
    made timestamptz NOT NULL DEFAULT now());
CREATE TABLE customers (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, mail text NOT NULL);
CREATE TABLE orders (id serial PRIMARY KEY, good int REFERENCES goods ON DELETE RESTRICT,
    state state DEFAULT 'ordered', customer int REFERENCES customers);
CREATE INDEX orders_customer ON orders (customer) WHERE state <> 'cart';
CREATE VIEW sold AS SELECT g.name, count(*) AS n, sum(g.price) AS total
    FROM orders o JOIN goods g ON g.id = o.good GROUP BY g.id;
ALTER TABLE customers ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON customers USING (mail = current_user);
