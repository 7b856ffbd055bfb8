CREATE TABLE t (id int PRIMARY KEY, owner text);
CREATE POLICY p ON t USING (owner = current_user);
