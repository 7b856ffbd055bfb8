CREATE TABLE plants (name text);
CREATE TABLE trees (rings int) INHERITS (plants);
