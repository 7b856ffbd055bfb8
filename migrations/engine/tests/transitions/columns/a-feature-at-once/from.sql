CREATE TABLE users (id int PRIMARY KEY, name text NOT NULL);
CREATE TABLE posts (id int PRIMARY KEY, user_id int NOT NULL REFERENCES users, body text);
CREATE VIEW feed AS SELECT posts.id, body FROM posts;
