CREATE SCHEMA "App One";
CREATE TABLE "App One"."t.t" (id int PRIMARY KEY, a bigint, b text DEFAULT 'x');
CREATE INDEX "t.i" ON "App One"."t.t" (a);
