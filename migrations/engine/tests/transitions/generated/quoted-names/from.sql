CREATE TABLE "T" ("Id" int PRIMARY KEY, "a b" int);
