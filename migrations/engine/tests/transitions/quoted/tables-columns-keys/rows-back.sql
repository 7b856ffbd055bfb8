INSERT INTO "My.App"."Order" VALUES (1, 'x', 2);
INSERT INTO "My.App"."Line" VALUES (1);
