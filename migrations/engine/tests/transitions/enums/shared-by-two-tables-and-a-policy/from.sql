CREATE TYPE role_of AS ENUM ('reader', 'writer', 'guest');
CREATE TABLE people (id int, role role_of);
CREATE TABLE invitations (id int, role role_of DEFAULT 'reader');
CREATE POLICY writers ON people USING (role = 'writer');
