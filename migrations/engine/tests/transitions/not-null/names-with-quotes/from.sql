CREATE TABLE "T x" (id int PRIMARY KEY, "A ""b""" int, "c.d" text);
