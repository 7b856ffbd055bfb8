CREATE TABLE notes (id int, team int);
CREATE TABLE members (team int, who text);
CREATE VIEW mine AS SELECT team FROM members WHERE who = current_user;
CREATE POLICY team ON notes USING (team IN (SELECT team FROM mine));
