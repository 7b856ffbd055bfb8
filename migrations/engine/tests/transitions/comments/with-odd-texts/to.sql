CREATE TABLE t (a int, b int, c int, d int);
COMMENT ON COLUMN t.a IS E'back\\slash and "quotes"';
COMMENT ON COLUMN t.b IS '-- no comment; DROP TABLE t;';
COMMENT ON COLUMN t.c IS E'tab\tand $$dollars$$ and ünïcode';
