CREATE TYPE state AS ENUM ('cart', 'paid');
CREATE TABLE goods (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL, price int);
CREATE TABLE orders (id serial PRIMARY KEY, good int REFERENCES goods, state state DEFAULT 'cart');
CREATE VIEW sold AS SELECT g.name, count(*) AS n FROM orders o JOIN goods g ON g.id = o.good GROUP BY g.id;
