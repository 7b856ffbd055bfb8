CREATE DOMAIN email AS text;
CREATE TABLE people (email email);
