CREATE TABLE books (id int PRIMARY KEY, title text, year int);
CREATE VIEW shelf AS SELECT id, title FROM books;
GRANT SELECT ON shelf TO transitions_reader;
COMMENT ON VIEW shelf IS 'what there is';
