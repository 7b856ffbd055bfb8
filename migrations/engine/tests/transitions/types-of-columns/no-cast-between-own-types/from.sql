CREATE TYPE mood AS ENUM ('fine', 'sad');
CREATE TYPE pair AS (a int, b text);
CREATE DOMAIN word AS text CHECK (value <> '');
CREATE DOMAIN state AS mood;
CREATE TABLE t (id int PRIMARY KEY, a mood, b pair, c word, d state, e mood[]);
