CREATE TABLE books (id int, title text, kept boolean);
CREATE VIEW kept WITH (security_barrier, security_invoker) AS SELECT id, kept FROM books WHERE kept
    WITH LOCAL CHECK OPTION;
