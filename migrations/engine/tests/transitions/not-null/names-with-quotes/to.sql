CREATE TABLE "T x" (id int PRIMARY KEY, "A ""b""" int NOT NULL, "c.d" text NOT NULL);
