CREATE TABLE "t's ""1" ("a's ::regclass" int NOT NULL, b int);
CREATE SEQUENCE "s's ""2";
CREATE TABLE "$$" (a int, "$body1$" int GENERATED ALWAYS AS IDENTITY);
