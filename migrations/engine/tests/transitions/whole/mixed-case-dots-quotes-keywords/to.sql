CREATE SCHEMA "My.Schema";
CREATE TYPE "My.Schema"."select" AS ENUM ('a''b', 'c"d', 'é');
CREATE DOMAIN "My.Schema"."D x" AS text CONSTRAINT "C ""1""" CHECK (value <> '''');
CREATE TYPE "My.Schema"."P" AS ("A" int, "b.c" text);
CREATE SEQUENCE "My.Schema"."S.1";
CREATE FUNCTION "My.Schema"."F f"("A" int, OUT "from" text) LANGUAGE sql AS 'SELECT ''x''::text';
CREATE TABLE "My.Schema"."table" ("Id" int PRIMARY KEY DEFAULT nextval('"My.Schema"."S.1"'), "e" "My.Schema"."select" DEFAULT 'a''b',
  "d" "My.Schema"."D x", "p" "My.Schema"."P", "user" text COLLATE "C" CONSTRAINT "U" UNIQUE, CONSTRAINT "check" CHECK ("user" <> ''));
CREATE TABLE "Ref" ("Of" int CONSTRAINT "f k" REFERENCES "My.Schema"."table" ON DELETE CASCADE);
CREATE INDEX "I.i" ON "My.Schema"."table" ("user", lower("user") DESC);
CREATE VIEW "My.Schema"."V""" AS SELECT "Id" AS "select", "user" FROM "My.Schema"."table";
CREATE MATERIALIZED VIEW "Mv" AS SELECT * FROM "My.Schema"."V""";
CREATE POLICY "P p" ON "My.Schema"."table" USING ("user" = current_user);
CREATE STATISTICS "St.x" ON "Id", "user" FROM "My.Schema"."table";
COMMENT ON COLUMN "My.Schema"."table"."user" IS 'it''s "quoted"';
COMMENT ON CONSTRAINT "check" ON "My.Schema"."table" IS 'x';
