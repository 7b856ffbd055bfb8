CREATE TYPE state AS ENUM ('new', 'open', 'closed');
CREATE TABLE tickets (id int, state state DEFAULT 'closed', CONSTRAINT c CHECK (state <> 'closed' OR id > 0));
CREATE INDEX tickets_closed ON tickets (id) WHERE state = 'closed';
CREATE VIEW closed AS SELECT id FROM tickets WHERE state = 'closed';
CREATE FUNCTION is_closed(s state) RETURNS boolean LANGUAGE sql RETURN s = 'closed';
