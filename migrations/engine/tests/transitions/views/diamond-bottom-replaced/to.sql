CREATE TABLE books (id int PRIMARY KEY, title text, year int);
CREATE VIEW base AS SELECT id::text AS id, title, year FROM books;
CREATE VIEW lefts AS SELECT id, title FROM base;
CREATE VIEW rights AS SELECT id, year FROM base;
CREATE VIEW top AS SELECT l.title, r.year FROM lefts l JOIN rights r USING (id);
