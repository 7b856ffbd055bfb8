CREATE TYPE point3 AS (x numeric, y numeric, z int);
CREATE FUNCTION origin() RETURNS point3 LANGUAGE sql AS 'SELECT ROW(0, 0, 0)::point3';
