CREATE SCHEMA "My App";
CREATE COLLATION "My App"."Plain" FROM "C";
CREATE TYPE "My App"."Mood" AS ENUM ('Sad', 'O''K');
CREATE DOMAIN "My App"."Short" AS text COLLATE "My App"."Plain"
    CONSTRAINT "Is.short" CHECK (length(value) < 9);
CREATE TYPE "My App"."Pair" AS ("A" "My App"."Mood", "b""" int);
CREATE TYPE "My App"."Hours" AS RANGE (SUBTYPE = time, MULTIRANGE_TYPE_NAME = "My App"."Many");
CREATE SEQUENCE "My App"."No.";
CREATE TABLE "My App"."User" ("Id" int GENERATED ALWAYS AS IDENTITY CONSTRAINT "Key" PRIMARY KEY,
    "from" "My App"."Mood" DEFAULT 'O''K', "A.b" "My App"."Short", "P" "My App"."Pair", "H" "My App"."Hours",
    "N" int DEFAULT nextval('"My App"."No."'), "S" serial, "G" int GENERATED ALWAYS AS ("Id" * 2) STORED,
    CONSTRAINT "Ch eck" CHECK ("N" > 0), CONSTRAINT "Apart" EXCLUDE USING gist ("H" WITH &&));
CREATE TABLE "My App"."Order" ("Id" int PRIMARY KEY, "User" int CONSTRAINT "By" REFERENCES "My App"."User");
ALTER TABLE "My App"."User" ADD "Last" int CONSTRAINT "Back" REFERENCES "My App"."Order";
CREATE TABLE "My App"."Log" ("At" date) PARTITION BY LIST ("At");
CREATE TABLE "My App"."Log 1" PARTITION OF "My App"."Log" DEFAULT;
CREATE INDEX "In dex" ON "My App"."User" (lower("A.b")) INCLUDE ("Id") WHERE "N" > 5;
CREATE STATISTICS "My App"."St" ON "N", "A.b" FROM "My App"."User";
CREATE VIEW "My App"."View" AS SELECT "Id", "from" AS "se""t" FROM "My App"."User";
CREATE MATERIALIZED VIEW "My App"."M v" AS SELECT count(*) AS "N" FROM "My App"."View";
CREATE UNIQUE INDEX "M v n" ON "My App"."M v" ("N");
CREATE RULE "Ru le" AS ON INSERT TO "My App"."View" DO INSTEAD NOTHING;
CREATE FUNCTION "My App"."Touch"() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN new; END $$;
CREATE TRIGGER "Tr" BEFORE UPDATE OF "A.b" ON "My App"."User"
    FOR EACH ROW EXECUTE FUNCTION "My App"."Touch"();
CREATE POLICY "Po licy" ON "My App"."User" USING ("N" > 0);
CREATE PROCEDURE "My App"."Proc"("A" "My App"."Mood", INOUT "B b" int) LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION "My App"."Rows"("X" int DEFAULT 5) RETURNS SETOF "My App"."User" LANGUAGE sql STABLE
    BEGIN ATOMIC SELECT * FROM "My App"."User" WHERE "Id" = "X"; END;
CREATE AGGREGATE "My App"."Total"("N" int) (SFUNC = int4pl, STYPE = int);
CREATE TEXT SEARCH CONFIGURATION "My App"."Conf" (COPY = simple);
CREATE TEXT SEARCH DICTIONARY "My App"."Dict" (TEMPLATE = simple);
CREATE FOREIGN DATA WRAPPER "Wrap";
CREATE SERVER "Far" FOREIGN DATA WRAPPER "Wrap";
CREATE FOREIGN TABLE "My App"."Abroad" ("Id" int) SERVER "Far";
CREATE PUBLICATION "Pub" FOR TABLE "My App"."Order" ("Id");
GRANT SELECT ("A.b") ON "My App"."User" TO transitions_reader;
COMMENT ON COLUMN "My App"."User"."A.b" IS 'a';
COMMENT ON CONSTRAINT "Is.short" ON DOMAIN "My App"."Short" IS 'b';
