CREATE TABLE books (id int, title text);
CREATE VIEW shelf AS SELECT id, title FROM books WHERE id > 0;
ALTER VIEW shelf ALTER COLUMN id SET DEFAULT 7;
