CREATE TABLE "T x" ("Id" serial PRIMARY KEY, a text);
