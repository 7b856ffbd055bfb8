CREATE TABLE t (id int PRIMARY KEY, owner text);
CREATE POLICY p ON t FOR UPDATE USING (owner = current_user);
