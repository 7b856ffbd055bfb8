CREATE SEQUENCE "Numbers of Users" START 5;
CREATE TABLE "User" ("Id" int DEFAULT nextval('"Numbers of Users"'));
ALTER SEQUENCE "Numbers of Users" OWNED BY "User"."Id";
