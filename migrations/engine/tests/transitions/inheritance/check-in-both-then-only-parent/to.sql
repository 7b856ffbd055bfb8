CREATE TABLE plants (name text, height int, CONSTRAINT grown CHECK (height > 0));
CREATE TABLE trees (rings int, CONSTRAINT old CHECK (rings > 10)) INHERITS (plants);
