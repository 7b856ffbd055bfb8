CREATE TABLE plants (name text DEFAULT 'fern', height int);
CREATE TABLE trees (rings int) INHERITS (plants);
ALTER TABLE trees ALTER name SET DEFAULT 'oak', ALTER height SET NOT NULL;
