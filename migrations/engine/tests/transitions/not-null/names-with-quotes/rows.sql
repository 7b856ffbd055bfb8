INSERT INTO "T x" VALUES (1, 2, 'c');
