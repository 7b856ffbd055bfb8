CREATE TABLE books (id int, title text, CONSTRAINT books_pkey PRIMARY KEY (id));
CREATE TABLE loans (book int REFERENCES books, who text);
CREATE VIEW lent AS SELECT b.id, b.title, count(l.who) AS n FROM books b JOIN loans l ON l.book = b.id
    GROUP BY b.id;
CREATE VIEW lent_much AS SELECT title FROM lent WHERE n > 10;
