CREATE TABLE other (id int);
CREATE TYPE state AS ENUM ('new', 'open');
CREATE TABLE tickets (id int, state state);
