CREATE SCHEMA "My.App";
CREATE TABLE "My.App"."Order" ("Id" int, "select" text, CONSTRAINT "Order.Key" PRIMARY KEY ("Id"));
