CREATE TABLE users (id int PRIMARY KEY, name text NOT NULL);
CREATE TYPE state AS ENUM ('draft', 'live');
CREATE TABLE posts (id int PRIMARY KEY, user_id int NOT NULL REFERENCES users, body text, state state NOT NULL DEFAULT 'draft',
  live_at timestamptz, CONSTRAINT live_has_a_time CHECK (state <> 'live' OR live_at IS NOT NULL));
CREATE INDEX posts_live ON posts (live_at) WHERE state = 'live';
CREATE VIEW feed AS SELECT posts.id, body, live_at FROM posts WHERE state = 'live';
ALTER TABLE posts ENABLE ROW LEVEL SECURITY;
CREATE POLICY live ON posts FOR SELECT USING (state = 'live');
