CREATE SCHEMA "S p";
CREATE TABLE "S p"."T" ("A" int, "B b" int);
CREATE FUNCTION "S p"."F"("X" int, text) RETURNS int LANGUAGE sql AS 'SELECT 1';
