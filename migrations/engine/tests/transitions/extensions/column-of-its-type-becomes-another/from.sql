CREATE EXTENSION citext;
CREATE TABLE people (id int, mail citext UNIQUE);
