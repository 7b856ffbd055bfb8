CREATE TABLE books (id int, title text);
CREATE VIEW shelf AS SELECT * FROM books;
