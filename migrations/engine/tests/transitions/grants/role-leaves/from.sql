CREATE TABLE t (a int, b int);
CREATE SCHEMA app;
CREATE TABLE owned (a int);
ALTER TABLE owned OWNER TO transitions_owner;
GRANT SELECT, INSERT (b) ON t TO transitions_owner;
GRANT USAGE, CREATE ON SCHEMA app TO transitions_owner;
ALTER SCHEMA app OWNER TO transitions_owner;
CREATE POLICY p ON t TO transitions_owner USING (a > 0);
