CREATE TABLE books (id int NOT NULL, isbn text CONSTRAINT books_pkey PRIMARY KEY, title text);
CREATE VIEW titles AS SELECT isbn, title, count(*) AS n FROM books GROUP BY isbn;
