CREATE SCHEMA "One.two";
CREATE TABLE "One.two"."P p" ("Id" int PRIMARY KEY);
CREATE TABLE t (id int PRIMARY KEY, "P id" int);
