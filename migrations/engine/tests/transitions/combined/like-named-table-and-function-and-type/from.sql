CREATE TYPE item AS ENUM ('a', 'b');
CREATE FUNCTION item(i item) RETURNS text LANGUAGE sql AS 'SELECT i::text';
