CREATE EXTENSION hstore;
CREATE FUNCTION keys(h hstore) RETURNS text[] LANGUAGE sql AS 'SELECT akeys(h)';
