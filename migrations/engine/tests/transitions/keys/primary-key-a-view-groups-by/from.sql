CREATE TABLE t (id int CONSTRAINT one PRIMARY KEY, a text);
CREATE VIEW v AS SELECT id, a, count(*) FROM t GROUP BY id;
