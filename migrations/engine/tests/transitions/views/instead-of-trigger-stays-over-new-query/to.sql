CREATE TABLE books (id int, title text);
CREATE FUNCTION put() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN new; END $$;
CREATE VIEW shelf AS SELECT id, lower(title) AS title FROM books;
CREATE TRIGGER putting INSTEAD OF DELETE ON shelf FOR EACH ROW EXECUTE FUNCTION put();
