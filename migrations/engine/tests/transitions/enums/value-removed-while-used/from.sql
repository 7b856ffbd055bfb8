CREATE TYPE state AS ENUM ('new', 'open', 'lost', 'closed');
CREATE TABLE tickets (id int, state state NOT NULL DEFAULT 'new');
CREATE INDEX tickets_state ON tickets (state);
CREATE VIEW open_tickets AS SELECT id, state FROM tickets WHERE state = 'open';
