CREATE SCHEMA a;
CREATE SCHEMA "B";
CREATE TABLE a.t (x int, y int);
CREATE TABLE "B".t (x int);
