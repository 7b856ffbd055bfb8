CREATE TABLE notes (id int, owner text);
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
CREATE FUNCTION is_mine(owner text) RETURNS boolean LANGUAGE sql STABLE AS 'SELECT owner = current_user';
CREATE POLICY own ON notes USING (is_mine(owner)) WITH CHECK (is_mine(owner));
