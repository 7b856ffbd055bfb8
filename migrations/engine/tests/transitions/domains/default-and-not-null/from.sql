CREATE DOMAIN score AS int DEFAULT 1;
CREATE TABLE games (score score);
