CREATE TABLE "T" ("Id" int PRIMARY KEY, "a b" int, "g.h" int GENERATED ALWAYS AS ("a b" + "Id") STORED);
