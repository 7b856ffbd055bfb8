CREATE SCHEMA fresh;
CREATE TABLE fresh.people (id int PRIMARY KEY, name text);
CREATE TABLE loans (person int REFERENCES fresh.people, note text);
CREATE VIEW lent AS SELECT person::text AS label FROM loans;
