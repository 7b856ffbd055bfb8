CREATE TABLE folders (id int PRIMARY KEY, parent int REFERENCES folders, name text);
CREATE RECURSIVE VIEW tree (id, path) AS
    SELECT id, ARRAY[name] FROM folders WHERE parent IS NULL
    UNION ALL SELECT f.id, t.path || f.name FROM folders f JOIN tree t ON f.parent = t.id;
