CREATE TYPE mood AS ENUM ('ok', 'new');
CREATE TYPE pair AS (a mood, b int);
CREATE TABLE people (now mood, all_of mood[], n int, two pair);
ALTER TABLE people ALTER COLUMN all_of SET STORAGE EXTERNAL, ALTER COLUMN two SET STORAGE MAIN;
ALTER TABLE people ALTER COLUMN now SET STATISTICS 300;
CREATE STATISTICS of_people ON now, all_of, n FROM people;
ALTER STATISTICS of_people SET STATISTICS 452;
