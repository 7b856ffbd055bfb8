CREATE TABLE books (id int, title text);
CREATE VIEW shelf AS SELECT id, title FROM books;
ALTER VIEW shelf ALTER COLUMN title SET DEFAULT 'untitled';
