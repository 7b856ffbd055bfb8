CREATE TABLE people (email text NOT NULL);
