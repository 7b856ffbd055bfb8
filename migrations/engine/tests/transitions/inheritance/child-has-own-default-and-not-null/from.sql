CREATE TABLE plants (name text DEFAULT 'fern', height int);
CREATE TABLE trees (rings int) INHERITS (plants);
