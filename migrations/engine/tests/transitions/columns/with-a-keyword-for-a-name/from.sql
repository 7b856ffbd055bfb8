CREATE TABLE "table" ("user" int, "order" int);
