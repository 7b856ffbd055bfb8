CREATE TABLE books (id int, title text, price int);
CREATE VIEW shelf AS SELECT title, id FROM books;
GRANT SELECT (id), UPDATE (title) ON shelf TO transitions_reader;
