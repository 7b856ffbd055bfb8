CREATE TYPE state AS ENUM ('new', 'open');
CREATE TABLE t (id int, state state NOT NULL DEFAULT 'new');
