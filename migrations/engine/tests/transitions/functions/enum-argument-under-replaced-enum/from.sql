CREATE TYPE size AS ENUM ('s', 'm', 'l');
CREATE FUNCTION next_size(s size DEFAULT 's') RETURNS size LANGUAGE sql AS 'SELECT s';
CREATE VIEW sizes AS SELECT next_size() AS next;
