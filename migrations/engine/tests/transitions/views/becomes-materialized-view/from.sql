CREATE TABLE books (id int, title text);
CREATE VIEW shelf AS SELECT id, title FROM books;
GRANT SELECT ON shelf TO transitions_reader;
