CREATE TABLE t (id int PRIMARY KEY, name text COLLATE "C", other text);
CREATE VIEW v AS SELECT name, other FROM t ORDER BY name;
