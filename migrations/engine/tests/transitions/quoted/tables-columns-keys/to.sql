CREATE SCHEMA "My.App";
CREATE TABLE "My.App"."Order" ("Id" bigint, "select" text DEFAULT 'a "b"', "a""b" int,
    CONSTRAINT "Order.Key" PRIMARY KEY ("Id"), CONSTRAINT "a b" UNIQUE ("a""b"),
    CONSTRAINT "CHECK" CHECK ("select" <> ''));
CREATE TABLE "My.App"."Line" ("Order" bigint,
    CONSTRAINT "To" FOREIGN KEY ("Order") REFERENCES "My.App"."Order");
CREATE INDEX "Line.Index" ON "My.App"."Line" ("Order");
