CREATE TYPE state AS ENUM ('new', 'open', 'shut');
CREATE TABLE tickets (id int, state state);
