CREATE TABLE other (id int);
CREATE TYPE state AS ENUM ('new', 'open', 'closed');
CREATE TABLE tickets (id int, state state);
