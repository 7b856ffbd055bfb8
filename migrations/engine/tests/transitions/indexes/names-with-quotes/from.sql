CREATE SCHEMA "S.1";
CREATE TABLE "S.1"."T" ("A" int, "b""c" text);
CREATE INDEX "i ""x"".y" ON "S.1"."T" ("A");
