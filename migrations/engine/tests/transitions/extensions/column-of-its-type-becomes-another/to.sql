CREATE TABLE people (id int, mail text UNIQUE);
