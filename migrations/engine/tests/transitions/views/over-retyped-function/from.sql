CREATE TABLE books (id int, title text);
CREATE FUNCTION label(b int) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT b::text';
CREATE VIEW labels AS SELECT id, label(id) AS label FROM books;
CREATE VIEW long_labels AS SELECT * FROM labels WHERE id > 1000;
