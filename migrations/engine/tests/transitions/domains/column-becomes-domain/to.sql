CREATE DOMAIN email AS text CHECK (value LIKE '%@%');
CREATE TABLE people (email email NOT NULL);
