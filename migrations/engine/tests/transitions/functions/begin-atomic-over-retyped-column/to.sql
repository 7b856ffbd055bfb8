CREATE TABLE t (a bigint);
CREATE FUNCTION total() RETURNS numeric LANGUAGE sql STABLE
    BEGIN ATOMIC SELECT sum(a)::numeric FROM t; END;
CREATE FUNCTION twice_total() RETURNS numeric LANGUAGE sql STABLE RETURN 2 * total();
