CREATE SEQUENCE tickets START 7;
CREATE TABLE t (a numeric, b int, c serial);
