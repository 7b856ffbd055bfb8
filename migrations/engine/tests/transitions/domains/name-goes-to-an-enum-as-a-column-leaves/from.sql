CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE DOMAIN feeling AS int NOT NULL CHECK (value > 4);
CREATE TABLE people (number feeling, now mood);
