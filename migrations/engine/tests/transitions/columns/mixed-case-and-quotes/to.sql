CREATE TABLE "Order Lines" ("Id" int PRIMARY KEY, "a""b" bigint, "select" text NOT NULL DEFAULT 'it''s', "x.y" int);
