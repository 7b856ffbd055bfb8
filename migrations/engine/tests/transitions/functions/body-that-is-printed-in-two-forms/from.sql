CREATE TABLE t (id varchar(40), n int);
CREATE FUNCTION some_of() RETURNS bigint LANGUAGE sql STABLE
BEGIN ATOMIC SELECT count(*) FROM t WHERE id IN ('a', 'b') AND n BETWEEN 1 AND 9; END;
CREATE FUNCTION is_one(v varchar) RETURNS boolean LANGUAGE sql IMMUTABLE RETURN v IN ('a', 'b');
