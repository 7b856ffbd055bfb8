CREATE FUNCTION most(VARIADIC a int[]) RETURNS int LANGUAGE sql AS 'SELECT max(x) FROM unnest(a) x';
