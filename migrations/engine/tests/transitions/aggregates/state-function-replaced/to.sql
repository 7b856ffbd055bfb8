CREATE FUNCTION grow(so_far int, next int) RETURNS int LANGUAGE sql AS 'SELECT so_far + next';
CREATE AGGREGATE total(int) (SFUNC = grow, STYPE = int);
