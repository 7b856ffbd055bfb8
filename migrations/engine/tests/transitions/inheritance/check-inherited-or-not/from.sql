CREATE TABLE plants (name text, height int, CONSTRAINT grown CHECK (height > 0) NO INHERIT);
CREATE TABLE trees (rings int) INHERITS (plants);
