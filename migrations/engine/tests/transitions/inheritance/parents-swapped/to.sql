CREATE TABLE plants (name text);
CREATE TABLE goods (name text);
CREATE TABLE trees (name text, rings int) INHERITS (goods);
