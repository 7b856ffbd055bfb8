CREATE TABLE books (id int, title text, kept boolean);
CREATE VIEW a WITH (security_barrier) AS SELECT id FROM books WHERE kept;
CREATE VIEW b WITH (security_invoker = true) AS SELECT id FROM books;
CREATE VIEW c AS SELECT id, kept FROM books WHERE kept WITH LOCAL CHECK OPTION;
CREATE VIEW d AS SELECT id FROM books;
