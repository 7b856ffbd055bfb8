CREATE TABLE books (id int, title text, year int);
CREATE VIEW shelf AS SELECT id, year FROM books;
CREATE VIEW newest AS SELECT max(year) AS year FROM shelf;
