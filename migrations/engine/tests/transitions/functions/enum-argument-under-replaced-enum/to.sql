CREATE TYPE size AS ENUM ('l', 'm');
CREATE FUNCTION next_size(s size DEFAULT 'm') RETURNS size LANGUAGE sql AS 'SELECT s';
CREATE VIEW sizes AS SELECT next_size() AS next;
