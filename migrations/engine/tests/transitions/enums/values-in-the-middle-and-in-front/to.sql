CREATE TYPE state AS ENUM ('draft', 'new', 'seen', 'asked', 'open');
CREATE TABLE tickets (id int, state state DEFAULT 'new');
CREATE INDEX tickets_state ON tickets (state) WHERE state > 'new';
