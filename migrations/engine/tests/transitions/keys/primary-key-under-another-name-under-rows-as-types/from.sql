CREATE SCHEMA s;
CREATE TABLE s.t (id int, CONSTRAINT k PRIMARY KEY (id));
CREATE TABLE s.old (id int, CONSTRAINT f FOREIGN KEY (id) REFERENCES s.t (id));
CREATE FUNCTION s.f() RETURNS SETOF s.old LANGUAGE sql AS 'SELECT 1';
CREATE TABLE s.holds (x s.old[], y s.old, id int);
