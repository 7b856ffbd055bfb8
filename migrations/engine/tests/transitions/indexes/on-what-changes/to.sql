CREATE FUNCTION f(a text) RETURNS varchar LANGUAGE sql IMMUTABLE AS 'SELECT a';
CREATE TABLE t (id int, a text, b int, c int);
CREATE INDEX t_f ON t (f(a));
CREATE INDEX t_b ON t (b);
CREATE UNIQUE INDEX t_c ON t (c) WHERE c > 1;
