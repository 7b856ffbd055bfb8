CREATE TYPE person AS (id int, name text, born date);
CREATE TABLE people OF person (PRIMARY KEY (id), name WITH OPTIONS DEFAULT 'x');
