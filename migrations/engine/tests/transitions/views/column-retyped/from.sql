CREATE TABLE books (id int PRIMARY KEY, title text, year int);
CREATE VIEW shelf AS SELECT id, year FROM books;
CREATE VIEW old AS SELECT id FROM shelf WHERE year < 1900;
GRANT SELECT ON old TO transitions_reader;
