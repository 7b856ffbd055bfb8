CREATE TYPE mood AS ENUM ('ok');
CREATE DOMAIN feeling AS mood CHECK (length(value::text) < 108);
CREATE TABLE people (moods mood[]);
