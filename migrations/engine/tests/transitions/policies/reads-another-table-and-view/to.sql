CREATE TABLE notes (id int, team int);
CREATE TABLE members (team bigint, who text);
CREATE POLICY team ON notes USING (EXISTS (SELECT FROM members m WHERE m.team = notes.team));
