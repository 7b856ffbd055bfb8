CREATE TABLE t (id int PRIMARY KEY);
CREATE TABLE member (id int PRIMARY KEY, a text);
CREATE VIEW members AS SELECT id, a FROM member;
CREATE POLICY p ON t USING (id IN (SELECT id FROM members));
