CREATE TYPE state AS ENUM ('new', 'open', 'shut');
CREATE TABLE tickets (id int, state state DEFAULT 'shut', CONSTRAINT never CHECK (state <> 'shut' OR id > 0));
