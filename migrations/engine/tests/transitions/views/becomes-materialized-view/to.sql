CREATE TABLE books (id int, title text);
CREATE MATERIALIZED VIEW shelf AS SELECT id, title FROM books;
CREATE UNIQUE INDEX shelf_id ON shelf (id);
GRANT SELECT ON shelf TO transitions_reader;
