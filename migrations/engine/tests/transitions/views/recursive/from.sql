CREATE TABLE folders (id int PRIMARY KEY, parent int REFERENCES folders, name text);
CREATE RECURSIVE VIEW tree (id, depth) AS
    SELECT id, 0 FROM folders WHERE parent IS NULL
    UNION ALL SELECT f.id, t.depth + 1 FROM folders f JOIN tree t ON f.parent = t.id;
