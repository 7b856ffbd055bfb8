CREATE TABLE t (id int PRIMARY KEY, owner text);
CREATE POLICY p ON t WITH CHECK (id > 1);
