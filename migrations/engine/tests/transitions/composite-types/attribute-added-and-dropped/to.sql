CREATE TYPE address AS (street text, zip text, country text);
CREATE TABLE people (id int, home address);
