CREATE TABLE t (id int PRIMARY KEY, name text, other text COLLATE "POSIX");
CREATE VIEW v AS SELECT name, other FROM t ORDER BY name;
