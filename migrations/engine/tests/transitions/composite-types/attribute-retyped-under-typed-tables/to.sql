CREATE TYPE person AS (id bigint, born date, name text);
CREATE TABLE people OF person (PRIMARY KEY (id));
CREATE TABLE others OF person;
CREATE INDEX people_born ON people (born);
CREATE VIEW names AS SELECT id, born FROM people;
