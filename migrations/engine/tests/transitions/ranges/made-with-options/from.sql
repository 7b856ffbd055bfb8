CREATE FUNCTION apart(a time, b time) RETURNS float8 LANGUAGE sql IMMUTABLE
    AS 'SELECT extract(epoch FROM a - b)::float8';
CREATE TYPE hours AS RANGE (SUBTYPE = time);
COMMENT ON TYPE hours IS 'of a shop';
