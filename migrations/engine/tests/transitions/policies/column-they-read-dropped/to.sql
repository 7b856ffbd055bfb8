CREATE TABLE notes (id int, owner_id int);
CREATE POLICY own ON notes USING (owner_id > 0);
