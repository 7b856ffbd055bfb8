CREATE TABLE notes (id int, owner text);
CREATE POLICY own ON notes USING (owner = current_user);
CREATE POLICY all_of_them ON notes FOR SELECT TO transitions_reader USING (owner <> '');
