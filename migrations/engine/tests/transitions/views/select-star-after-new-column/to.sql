CREATE TABLE books (id int, title text, year int);
CREATE VIEW shelf AS SELECT * FROM books;
CREATE VIEW counted AS SELECT count(*) AS books FROM shelf;
