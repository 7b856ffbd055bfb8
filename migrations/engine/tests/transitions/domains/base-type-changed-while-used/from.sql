CREATE DOMAIN score AS int CHECK (value >= 0);
CREATE TABLE games (id int, score score DEFAULT 5);
CREATE VIEW best AS SELECT max(score) AS score FROM games;
