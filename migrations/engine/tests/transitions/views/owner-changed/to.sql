CREATE TABLE books (id int, title text);
GRANT SELECT ON books TO transitions_owner;
CREATE VIEW shelf AS SELECT id FROM books;
ALTER VIEW shelf OWNER TO transitions_owner;
GRANT SELECT ON shelf TO transitions_reader;
