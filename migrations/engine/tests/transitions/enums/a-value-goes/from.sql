CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE FUNCTION how(m mood) RETURNS text LANGUAGE sql AS 'SELECT m::text';
