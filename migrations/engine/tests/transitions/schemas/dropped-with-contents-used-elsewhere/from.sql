CREATE SCHEMA old;
CREATE TABLE old.people (id int PRIMARY KEY, name text);
CREATE FUNCTION old.label(n int) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT n::text';
CREATE TYPE old.state AS ENUM ('a', 'b');
CREATE TABLE loans (person int REFERENCES old.people, state old.state, note text);
CREATE VIEW lent AS SELECT old.label(person) AS label, state FROM loans;
