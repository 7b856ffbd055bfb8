CREATE TABLE books (id int CONSTRAINT books_pkey PRIMARY KEY, isbn text NOT NULL, title text);
CREATE VIEW titles AS SELECT id, title, count(*) AS n FROM books GROUP BY id;
