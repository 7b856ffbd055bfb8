CREATE TABLE plants (name text, height bigint);
CREATE TABLE trees (rings int) INHERITS (plants);
CREATE VIEW tall AS SELECT name FROM plants WHERE height > 10;
