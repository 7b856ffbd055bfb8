CREATE TYPE state AS ENUM ('new', 'open', 'it''s closed');
CREATE TABLE tickets (id int, state state DEFAULT 'it''s closed',
    CONSTRAINT never CHECK (state <> 'it''s closed' OR id > 0));
