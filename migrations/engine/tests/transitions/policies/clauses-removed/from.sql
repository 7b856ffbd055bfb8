CREATE TABLE notes (id int, owner text);
CREATE POLICY a ON notes USING (id > 0) WITH CHECK (id > 1);
CREATE POLICY b ON notes USING (id > 0);
CREATE POLICY c ON notes FOR INSERT WITH CHECK (id > 1);
