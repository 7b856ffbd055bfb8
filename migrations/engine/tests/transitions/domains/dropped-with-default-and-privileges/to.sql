CREATE TABLE t (id int);
CREATE DOMAIN email AS text DEFAULT 'a@b' CHECK (value LIKE '%@%');
COMMENT ON DOMAIN email IS 'an address';
REVOKE USAGE ON DOMAIN email FROM PUBLIC;
GRANT USAGE ON DOMAIN email TO transitions_reader;
