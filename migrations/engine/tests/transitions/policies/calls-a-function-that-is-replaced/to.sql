CREATE FUNCTION may(number int) RETURNS boolean LANGUAGE sql AS 'SELECT true';
CREATE TABLE t (id int PRIMARY KEY);
CREATE POLICY p ON t USING (may(id));
