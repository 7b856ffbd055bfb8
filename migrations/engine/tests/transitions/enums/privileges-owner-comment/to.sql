CREATE TYPE state AS ENUM ('new', 'open');
REVOKE USAGE ON TYPE state FROM PUBLIC;
GRANT USAGE ON TYPE state TO transitions_reader;
ALTER TYPE state OWNER TO transitions_owner;
