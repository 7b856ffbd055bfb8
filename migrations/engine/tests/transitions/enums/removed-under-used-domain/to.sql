CREATE TYPE level AS ENUM ('low', 'high');
CREATE DOMAIN some_level AS level DEFAULT 'low' NOT NULL;
CREATE TABLE t (id int, level some_level);
