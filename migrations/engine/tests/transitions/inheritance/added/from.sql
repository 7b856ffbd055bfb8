CREATE TABLE plants (name text NOT NULL, height int);
CREATE TABLE trees (name text NOT NULL, height int, rings int);
