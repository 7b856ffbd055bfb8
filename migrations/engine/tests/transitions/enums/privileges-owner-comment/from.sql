CREATE TYPE state AS ENUM ('new', 'open');
COMMENT ON TYPE state IS 'of a ticket';
