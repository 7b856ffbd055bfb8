CREATE TABLE books (id int PRIMARY KEY, title text, year int);
CREATE VIEW shelf AS SELECT id, title AS name FROM books;
CREATE VIEW first AS SELECT name FROM shelf WHERE id = 1;
