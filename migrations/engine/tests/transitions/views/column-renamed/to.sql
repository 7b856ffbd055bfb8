CREATE TABLE books (id int PRIMARY KEY, title text, year int);
CREATE VIEW shelf AS SELECT id, title FROM books;
CREATE VIEW first AS SELECT title AS name FROM shelf WHERE id = 1;
