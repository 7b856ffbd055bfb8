CREATE TABLE books (id int, title text);
CREATE FUNCTION put() RETURNS trigger LANGUAGE plpgsql
    AS $$ BEGIN INSERT INTO books VALUES (new.id, new.title); RETURN new; END $$;
CREATE VIEW shelf AS SELECT id, title FROM books;
CREATE TRIGGER putting INSTEAD OF INSERT ON shelf FOR EACH ROW EXECUTE FUNCTION put();
COMMENT ON TRIGGER putting ON shelf IS 'writes through';
