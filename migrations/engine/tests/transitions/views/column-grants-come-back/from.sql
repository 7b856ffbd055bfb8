CREATE TABLE books (id int, title text, price int);
CREATE VIEW shelf AS SELECT id, title, price FROM books;
GRANT SELECT (id, title) ON shelf TO transitions_reader;
