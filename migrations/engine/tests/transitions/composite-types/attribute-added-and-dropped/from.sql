CREATE TYPE address AS (street text, town text);
CREATE TABLE people (id int, home address);
