CREATE DOMAIN score AS numeric CHECK (value >= 0::numeric);
CREATE TABLE games (id int, score score DEFAULT 5);
CREATE VIEW best AS SELECT max(score) AS score FROM games;
