CREATE TABLE "table" ("user" int NOT NULL DEFAULT 1, "order" int DEFAULT 2, "group" int);
