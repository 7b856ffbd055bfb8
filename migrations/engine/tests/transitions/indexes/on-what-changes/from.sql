CREATE FUNCTION f(a text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT a';
CREATE TABLE t (id int, a text, b text, c int);
CREATE INDEX t_f ON t (f(a));
CREATE INDEX t_b ON t (b text_pattern_ops);
CREATE UNIQUE INDEX t_c ON t (c) WHERE c > 0;
