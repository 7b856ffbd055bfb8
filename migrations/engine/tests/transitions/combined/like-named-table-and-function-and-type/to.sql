CREATE TABLE item (id int PRIMARY KEY, name text);
CREATE FUNCTION item(i item) RETURNS text LANGUAGE sql AS 'SELECT i.name';
CREATE VIEW items AS SELECT item(item.*) AS label FROM item;
