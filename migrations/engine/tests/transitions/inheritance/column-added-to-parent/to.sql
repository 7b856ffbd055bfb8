CREATE TABLE plants (name text, height int DEFAULT 3);
CREATE TABLE trees (rings int) INHERITS (plants);
CREATE INDEX trees_height ON trees (height);
