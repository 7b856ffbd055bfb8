CREATE TABLE "T.x" ("A" int);
