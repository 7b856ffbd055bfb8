CREATE TABLE t (id int PRIMARY KEY);
CREATE FUNCTION may(bigint) RETURNS boolean LANGUAGE sql AS 'SELECT true';
CREATE POLICY p ON t USING (may(id::bigint));
