CREATE DOMAIN email AS text CONSTRAINT has_at CHECK (value LIKE '%@%');
COMMENT ON CONSTRAINT has_at ON DOMAIN email IS 'one at least';
CREATE TABLE people (email email);
