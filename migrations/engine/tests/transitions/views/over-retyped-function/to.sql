CREATE TABLE books (id int, title text);
CREATE FUNCTION label(b int) RETURNS varchar LANGUAGE sql IMMUTABLE AS 'SELECT b::varchar';
CREATE VIEW labels AS SELECT id, label(id) AS label FROM books;
CREATE VIEW long_labels AS SELECT * FROM labels WHERE id > 1000;
