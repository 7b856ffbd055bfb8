CREATE SCHEMA one;
CREATE TABLE one.users (id serial PRIMARY KEY, name text NOT NULL);
CREATE TABLE one.posts (id serial PRIMARY KEY, user_id int NOT NULL REFERENCES one.users, body text);
CREATE VIEW one.feed AS SELECT name, body FROM one.posts JOIN one.users ON users.id = user_id;
