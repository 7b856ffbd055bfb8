CREATE DOMAIN score AS int;
CREATE TYPE result AS (who text, score score);
CREATE TABLE games (id int, result result);
