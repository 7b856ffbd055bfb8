CREATE DOMAIN birthday AS date DEFAULT '2020-01-09';
CREATE TYPE person AS (name text, born birthday);
CREATE TYPE unused AS (at birthday);
CREATE TABLE people (one person);
