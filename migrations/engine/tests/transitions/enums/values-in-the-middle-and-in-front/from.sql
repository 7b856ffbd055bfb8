CREATE TYPE state AS ENUM ('new', 'open');
CREATE TABLE tickets (id int, state state DEFAULT 'new');
CREATE INDEX tickets_state ON tickets (state) WHERE state > 'new';
