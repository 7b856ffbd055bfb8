CREATE FUNCTION ping(n int) RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN pong(n - 1); END $$;
CREATE FUNCTION pong(n int) RETURNS int LANGUAGE sql
    AS 'SELECT CASE WHEN n > 0 THEN ping(n) ELSE n END';
