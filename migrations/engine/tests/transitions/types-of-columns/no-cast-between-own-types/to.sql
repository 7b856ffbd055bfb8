CREATE TYPE mood AS ENUM ('fine', 'sad');
CREATE TYPE humour AS ENUM ('fine', 'sad');
CREATE TYPE pair AS (a int, b text);
CREATE DOMAIN word AS text CHECK (value <> '');
CREATE TABLE t (id int PRIMARY KEY, a int, b boolean, c pair, d humour, e humour[]);
