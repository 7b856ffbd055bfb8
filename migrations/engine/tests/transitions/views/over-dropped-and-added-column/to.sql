CREATE TABLE books (id int, title text, printed date);
CREATE VIEW shelf AS SELECT id, printed FROM books;
CREATE VIEW newest AS SELECT max(printed) AS year FROM shelf;
