CREATE TYPE place AS (x bigint, name text);
CREATE DOMAIN spot AS place CONSTRAINT named CHECK ((VALUE).name <> '');
CREATE TABLE houses (id int, at spot);
