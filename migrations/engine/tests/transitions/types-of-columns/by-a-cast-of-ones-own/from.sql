CREATE TYPE mood AS ENUM ('fine', 'sad');
CREATE FUNCTION rank_of(mood) RETURNS int LANGUAGE sql IMMUTABLE AS $$ SELECT CASE $1 WHEN 'fine' THEN 1 ELSE 2 END $$;
CREATE CAST (mood AS int) WITH FUNCTION rank_of(mood);
CREATE TABLE t (id int PRIMARY KEY, a mood);
