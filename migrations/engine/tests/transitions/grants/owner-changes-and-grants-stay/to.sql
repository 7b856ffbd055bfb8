CREATE TABLE t (a int, id serial);
GRANT SELECT ON t TO transitions_reader;
GRANT INSERT (a) ON t TO PUBLIC;
ALTER TABLE t OWNER TO transitions_owner;
