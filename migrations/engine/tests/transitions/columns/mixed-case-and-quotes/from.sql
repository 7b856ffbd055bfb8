CREATE TABLE "Order Lines" ("Id" int PRIMARY KEY, "a""b" int, "select" text);
