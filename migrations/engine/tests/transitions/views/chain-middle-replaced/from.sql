CREATE TABLE books (id int PRIMARY KEY, title text, year int);
CREATE VIEW one AS SELECT id, title, year FROM books;
CREATE VIEW two AS SELECT id, title FROM one;
CREATE VIEW three AS SELECT title FROM two;
COMMENT ON VIEW three IS 'the third';
GRANT SELECT ON three TO transitions_reader WITH GRANT OPTION;
GRANT UPDATE (title) ON two TO transitions_reader;
