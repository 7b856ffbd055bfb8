CREATE TYPE feeling AS ENUM ('sad', 'ok');
CREATE TABLE people (now feeling);
