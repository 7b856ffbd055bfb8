CREATE TABLE books (id int, title text);
CREATE VIEW shelf AS SELECT title, id FROM books;
CREATE FUNCTION pick() RETURNS SETOF shelf LANGUAGE sql STABLE AS 'SELECT * FROM shelf';
