CREATE SCHEMA two;
CREATE TABLE two.users (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name text NOT NULL);
CREATE TABLE two.posts (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), user_id uuid NOT NULL REFERENCES two.users, body text);
CREATE VIEW two.feed AS SELECT name, body FROM two.posts JOIN two.users ON users.id = user_id;
