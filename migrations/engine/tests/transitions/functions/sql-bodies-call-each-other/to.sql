SET check_function_bodies = off;
CREATE FUNCTION ping(n int) RETURNS int LANGUAGE sql AS 'SELECT pong(n)';
CREATE FUNCTION pong(n int) RETURNS int LANGUAGE sql AS 'SELECT ping(n)';
CREATE FUNCTION early() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM zebras';
CREATE TABLE zebras (id int);
