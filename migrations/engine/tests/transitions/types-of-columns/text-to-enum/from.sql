CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TABLE t (id int PRIMARY KEY, m text DEFAULT 'sad');
CREATE INDEX t_m ON t (id) WHERE m = 'sad';
