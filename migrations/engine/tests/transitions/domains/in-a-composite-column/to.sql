CREATE DOMAIN score AS int DEFAULT 4;
CREATE TYPE result AS (who text, score score);
CREATE TABLE games (id int, result result);
