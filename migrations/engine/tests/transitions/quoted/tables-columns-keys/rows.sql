INSERT INTO "My.App"."Order" VALUES (1, 'x');
