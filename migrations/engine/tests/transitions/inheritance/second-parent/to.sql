CREATE TABLE plants (name text, height int);
CREATE TABLE goods (name text, price numeric);
CREATE TABLE trees (name text, height int, price numeric, rings int) INHERITS (plants, goods);
