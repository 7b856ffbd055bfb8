CREATE FUNCTION grow(state int, next int) RETURNS int LANGUAGE sql AS 'SELECT state + next';
CREATE AGGREGATE total(int) (SFUNC = grow, STYPE = int);
