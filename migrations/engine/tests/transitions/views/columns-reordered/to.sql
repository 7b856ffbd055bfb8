CREATE TABLE books (id int PRIMARY KEY, title text, year int);
CREATE VIEW shelf AS SELECT year, title, id FROM books;
COMMENT ON COLUMN shelf.year IS 'of the first print';
