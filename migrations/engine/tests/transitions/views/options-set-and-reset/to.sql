CREATE TABLE books (id int, title text, kept boolean);
CREATE VIEW a AS SELECT id FROM books WHERE kept;
CREATE VIEW b WITH (security_invoker = false, security_barrier) AS SELECT id FROM books;
CREATE VIEW c AS SELECT id, kept FROM books WHERE kept WITH CASCADED CHECK OPTION;
CREATE VIEW d WITH (security_invoker) AS SELECT id FROM books;
