CREATE FUNCTION f() RETURNS text LANGUAGE plpgsql AS $f$ BEGIN
    RETURN $function$ '; DROP $$ $function$ || E'\n\\';
END $f$;
