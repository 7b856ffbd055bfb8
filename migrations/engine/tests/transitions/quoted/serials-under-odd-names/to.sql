CREATE SEQUENCE "s's ""2";
CREATE TABLE "t's ""1" ("a's ::regclass" serial, b int DEFAULT nextval('"s''s ""2"'), c serial);
CREATE TABLE "$$" (a int GENERATED ALWAYS AS IDENTITY, "$body1$" serial);
