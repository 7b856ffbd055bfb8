CREATE SCHEMA "S p";
CREATE TABLE "S p"."T" ("A" int, "B b" int);
CREATE FUNCTION "S p"."F"("X" int, text) RETURNS int LANGUAGE sql AS 'SELECT 1';
ALTER DEFAULT PRIVILEGES IN SCHEMA "S p" GRANT SELECT ON TABLES TO transitions_reader;
GRANT SELECT ("B b") ON "S p"."T" TO transitions_reader;
REVOKE EXECUTE ON FUNCTION "S p"."F"(int, text) FROM PUBLIC;
GRANT USAGE ON SCHEMA "S p" TO transitions_reader;
