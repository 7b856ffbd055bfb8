CREATE SCHEMA s;
CREATE TABLE s.t (id int, n int, CONSTRAINT k2 PRIMARY KEY (id));
CREATE TABLE s.new (id int, CONSTRAINT f FOREIGN KEY (id) REFERENCES s.t (id));
CREATE FUNCTION s.f() RETURNS SETOF s.new LANGUAGE sql AS 'SELECT 1';
CREATE TABLE s.holds (x s.new[], y s.new, id int);
