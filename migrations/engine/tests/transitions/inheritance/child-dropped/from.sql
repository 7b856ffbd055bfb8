CREATE TABLE plants (name text, CONSTRAINT named CHECK (name <> ''));
