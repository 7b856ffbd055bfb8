CREATE TABLE "User" ("Id" serial);
