CREATE AGGREGATE total(int) (SFUNC = int4pl, STYPE = int, INITCOND = '5', PARALLEL = safe,
    COMBINEFUNC = int4pl);
